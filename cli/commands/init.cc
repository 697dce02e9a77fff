// twinlock init: makes what is missing of configuration, key file and directories. Replaces nothing.
#include <filesystem>

#include "base/clock.h"
#include "cli/commands/commands.h"
#include "cli/key_place.h"
#include "cli/new_file.h"
#include "config/config_reader.h"
#include "config/trusted_file.h"
#include "crypto/keyring.h"

namespace twinlock {
namespace {

constexpr std::string_view kFileEngine = "file:";

struct InitOptions {
  std::string issuer = Config{}.issuer;
};

/// What was made and what was there.
class Report {
 public:
  void add(const std::string& path, Made made) {
    json_[made == Made::kNew ? "made" : "kept"].push_back(path);
    text_ += (made == Made::kNew ? "made  " : "kept  ") + path + "\n";
  }
  [[nodiscard]] const Json& json() const { return json_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Json json_ = {{"made", Json::array()}, {"kept", Json::array()}};
  std::string text_;
};

Result<void> make_config(const std::string& path, const InitOptions& options, Report& report) {
  const std::string text = default_config_text(options.issuer);
  if (const auto parsed = parse_config(text, "--issuer"); !parsed) {
    return Error{Error::Code::kUsage, "--issuer", parsed.error().why, parsed.error().mend};
  }
  if (const auto directory = make_directory(directory_of(path), 0755); !directory) return directory.error();
  const auto made = make_file(path, text, 0644);
  if (!made) return made.error();
  report.add(path, *made);
  return done();
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
  if (!config.store.url.starts_with(kFileEngine)) return done();
  const std::string directory = config.store.url.substr(kFileEngine.size());
  std::error_code unreadable;
  if (std::filesystem::exists(config.store.key_file, unreadable) || !holds_records(directory)) return done();
  return Error{Error::Code::kRefused, config.store.key_file, "is missing, and " + directory + " holds records",
               "put the key file back from a backup; to begin anew, move the records away"};
}

Result<void> make_key_file(const StoreConfig& store, UnixTime now, Report& report) {
  const std::string& path = store.key_file;
  std::error_code unreadable;  // is found out below
  if (!std::filesystem::exists(path, unreadable)) {
    if (const auto stays = see_that_a_new_key_would_stay(store); !stays) return stays;
  }
  if (const auto directory = make_directory(directory_of(path), 0755); !directory) return directory.error();
  const auto keys = Keyring::generate(now);
  if (!keys) return keys.error();
  const auto made = make_file(path, keys->text(), 0600);
  if (!made) return made.error();
  report.add(path, *made);
  return done();
}

/// A directory of ours, and a look at one that was there: it must be fit for its use.
Result<void> make_private_directory(const std::string& path, Report& report) {
  const auto made = make_directory(path, 0700);
  if (!made) return made.error();
  if (const auto trusted = open_trusted_directory({path, Privacy::kPrivate, Error::Code::kStore}); !trusted) {
    return trusted.error();
  }
  report.add(path, *made);
  return done();
}

/// May be one that others look into: each file in it says who may read it.
Result<void> make_state_directory(const std::string& path, Report& report) {
  const auto made = make_directory(path, 0755);
  if (!made) return made.error();
  if (const auto trusted = open_trusted_directory({path, Privacy::kPublic, Error::Code::kStore}); !trusted) {
    return trusted.error();
  }
  report.add(path, *made);
  return done();
}

Result<void> make_directories(const Config& config, Report& report) {
  if (const auto state = make_state_directory(config.store.state_dir, report); !state) return state;
  if (config.store.url.starts_with(kFileEngine)) {
    const auto users = make_private_directory(config.store.url.substr(kFileEngine.size()), report);
    if (!users) return users;
  }
  if (!config.audit.file.empty()) {
    const auto log = make_directory(directory_of(config.audit.file), 0750);
    if (!log) return log.error();
    report.add(directory_of(config.audit.file), *log);
  }
  return make_private_directory(config.store.run_dir, report);
}

Result<ExitStatus> init(Desk& desk, const InitOptions& options) {
  const std::string& path = desk.config_path();
  if (!path.starts_with('/')) return Error{Error::Code::kUsage, "--config", "is not an absolute path", ""};
  Report report;
  if (const auto made = make_config(path, options, report); !made) return made.error();
  const auto config = read_config(path);
  if (!config) return config.error();
  if (const auto safe = see_that_no_key_is_lost(*config); !safe) return safe.error();
  if (const auto made = make_key_file(config->store, desk.now(), report); !made) return made.error();
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
