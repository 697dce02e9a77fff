#include "login/workplace.h"

#include "config/config_reader.h"
#include "config/trusted_file.h"
#include "login/policy_from_config.h"
#include "store/store_url.h"

namespace twinlock {
namespace {

constexpr std::size_t kLargestKeyFile = 65536;

}  // namespace

Result<Workplace> open_workplace(const std::string& config_path) {
  auto config = read_config(config_path);
  if (!config) return config.error();
  return open_workplace(std::move(*config));
}

Result<Workplace> open_workplace(Config config) {
  const std::string& key_file = config.store.key_file;
  const auto text = read_trusted_file({key_file, Privacy::kPrivate, Error::Code::kStore}, kLargestKeyFile);
  if (!text) return text.error();
  auto keys = Keyring::parse(text->text(), key_file);
  if (!keys) return keys.error();
  auto owned_keys = std::make_unique<const Keyring>(std::move(*keys));
  auto store = open_store(config.store.url, *owned_keys);
  if (!store) return store.error();
  DecisionPolicy policy = policy_from(config);
  return Workplace{std::move(config), std::move(policy), std::move(owned_keys), std::move(*store)};
}

}  // namespace twinlock
