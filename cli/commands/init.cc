// twinlock init: makes what is missing of configuration, key file and directories. Replaces nothing.
#include <filesystem>

#include "base/clock.h"
#include "cli/commands/commands.h"
#include "cli/key_place.h"
#include "cli/premises.h"
#include "config/config_reader.h"
#include "crypto/keyring.h"

namespace twinlock {
namespace {

struct InitOptions {
  std::string issuer = Config{}.issuer;
};

Result<void> make_config(const std::string& path, const InitOptions& options, PremisesReport& report) {
  const std::string text = default_config_text(options.issuer);
  if (const auto parsed = parse_config(text, "--issuer"); !parsed) {
    return Error{Error::Code::kUsage, "--issuer", parsed.error().why, parsed.error().mend};
  }
  return make_config_file(path, text, report);
}

bool holds_records(const std::string& directory) {
  std::error_code unreadable;  // is found out later, by whoever opens it
  for (const auto& entry : std::filesystem::directory_iterator(directory, unreadable)) {
    if (!entry.path().filename().string().starts_with('.')) return true;
  }
  return false;
}

/// A new key opens no record of before: it would only hide that the old one is lost.
Result<void> see_that_no_key_is_lost(const Config& config) {
  const std::string directory = records_directory(config);
  std::error_code unreadable;
  if (directory.empty() || std::filesystem::exists(config.store.key_file, unreadable) || !holds_records(directory))
    return done();
  return Error{Error::Code::kRefused, config.store.key_file, "is missing, and " + directory + " holds records",
               "put the key file back from a backup; to begin anew, move the records away"};
}

Result<void> make_new_key_file(const StoreConfig& store, UnixTime now, PremisesReport& report) {
  std::error_code unreadable;  // is found out below
  if (!std::filesystem::exists(store.key_file, unreadable)) {
    if (const auto stays = see_that_a_new_key_would_stay(store); !stays) return stays;
  }
  const auto keys = Keyring::generate(now);
  if (!keys) return keys.error();
  return make_key_file(store.key_file, *keys, report);
}

Result<ExitStatus> init(Desk& desk, const InitOptions& options) {
  const std::string& path = desk.config_path();
  if (!path.starts_with('/')) return Error{Error::Code::kUsage, "--config", "is not an absolute path", ""};
  PremisesReport report;
  if (const auto made = make_config(path, options, report); !made) return made.error();
  const auto config = read_config(path);
  if (!config) return config.error();
  if (const auto safe = see_that_no_key_is_lost(*config); !safe) return safe.error();
  if (const auto made = make_new_key_file(config->store, desk.now(), report); !made) return made.error();
  if (const auto made = make_directories(*config, report); !made) return made.error();
  if (const auto opened = open_workplace(*config); !opened) return opened.error();
  return desk.answer(report.json(), report.text());
}

}  // namespace

void add_init(Grammar& grammar) {
  const auto options = std::make_shared<InitOptions>();
  grammar
      .command("init", "make what is missing of configuration, key and directories",
               [options](Desk& desk) { return init(desk, *options); })
      .text("--issuer", options->issuer, "the name that phone apps show");
}

}  // namespace twinlock
