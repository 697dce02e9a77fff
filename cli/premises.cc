#include "cli/premises.h"

#include "config/trusted_file.h"
#include "store/store_url.h"

namespace twinlock {
namespace {

Result<void> make_file_with_parents(const std::string& path, std::string_view text, unsigned mode,
                                    PremisesReport& report) {
  if (const auto directory = make_directory(directory_of(path), 0755); !directory) return directory.error();
  const auto made = make_file(path, text, mode);
  if (!made) return made.error();
  report.add(path, *made);
  return done();
}

struct DirectoryUse {
  unsigned mode;
  Privacy privacy;
};
constexpr DirectoryUse kForUsAlone{0700, Privacy::kPrivate};
/// May be one that others look into: each file in it says who may read it.
constexpr DirectoryUse kForOthersToo{0755, Privacy::kPublic};

/// A directory of ours, and a look at one that was there: it must be fit for its use.
Result<void> make_own_directory(const std::string& path, const DirectoryUse& use, PremisesReport& report) {
  const auto made = make_directory(path, use.mode);
  if (!made) return made.error();
  if (const auto trusted = open_trusted_directory({path, use.privacy, Error::Code::kStore}); !trusted) {
    return trusted.error();
  }
  report.add(path, *made);
  return done();
}

}  // namespace

void PremisesReport::add(const std::string& path, Made made) {
  json_[made == Made::kNew ? "made" : "kept"].push_back(path);
  text_ += (made == Made::kNew ? "made  " : "kept  ") + path + "\n";
}

Result<void> make_config_file(const std::string& path, std::string_view text, PremisesReport& report) {
  return make_file_with_parents(path, text, 0644, report);
}

Result<void> make_key_file(const std::string& path, const SecretBytes& text, PremisesReport& report) {
  return make_file_with_parents(path, text.text(), 0600, report);
}

std::string records_directory(const Config& config) {
  const std::string& url = config.store.url;
  return url.starts_with(kFileScheme) ? url.substr(kFileScheme.size()) : "";
}

Result<void> make_directories(const Config& config, PremisesReport& report) {
  if (const auto state = make_own_directory(config.store.state_dir, kForOthersToo, report); !state) return state;
  if (const std::string users = records_directory(config); !users.empty()) {
    if (const auto made = make_own_directory(users, kForUsAlone, report); !made) return made;
  }
  if (!config.audit.file.empty()) {
    const auto log = make_directory(directory_of(config.audit.file), 0750);
    if (!log) return log.error();
    report.add(directory_of(config.audit.file), *log);
  }
  return make_own_directory(config.store.run_dir, kForUsAlone, report);
}

}  // namespace twinlock
