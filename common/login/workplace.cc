#include "login/workplace.h"

#include "config/config_reader.h"
#include "login/policy_from_config.h"
#include "store/key_file.h"
#include "store/store_url.h"

namespace twinlock {

Result<Workplace> open_workplace(const std::string& config_path) {
  auto config = read_config(config_path);
  if (!config) return config.error();
  return open_workplace(std::move(*config));
}

Result<Workplace> open_workplace(Config config) {
  auto keys = std::make_unique<KeyFile>(config.store.key_file);
  if (const auto read = keys->current(); !read) return read.error();
  auto store = open_store(config.store.url, *keys);
  if (!store) return store.error();
  DecisionPolicy policy = policy_from(config);
  return Workplace{std::move(config), std::move(policy), std::move(keys), std::move(*store)};
}

}  // namespace twinlock
