// The files and directories that twinlock needs besides its records: made where they are missing, never replaced.
#pragma once

#include <string>

#include "base/secret_bytes.h"
#include "cli/json.h"
#include "cli/new_file.h"
#include "config/config.h"

namespace twinlock {

/// What was made and what was there.
class PremisesReport {
 public:
  void add(const std::string& path, Made made);
  /// {"made":[…],"kept":[…]}
  [[nodiscard]] const Json& json() const { return json_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Json json_ = {{"made", Json::array()}, {"kept", Json::array()}};
  std::string text_;
};

/// A configuration file that everybody may read, and the directories above it.
[[nodiscard]] Result<void> make_config_file(const std::string& path, std::string_view text, PremisesReport& report);

/// A key file for its owner alone, and the directories above it.
[[nodiscard]] Result<void> make_key_file(const std::string& path, const SecretBytes& text, PremisesReport& report);

/// All directories that the configuration names. One that is there must be fit for its use, else it is an error.
[[nodiscard]] Result<void> make_directories(const Config& config, PremisesReport& report);

/// The directory of a store of the file engine; empty: it is another engine's.
[[nodiscard]] std::string records_directory(const Config& config);

}  // namespace twinlock
