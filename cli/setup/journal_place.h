// Where the journal of setups lies, whatever state the configuration is in.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "config/config.h"

namespace twinlock {

struct JournalPlace {
  Config config;              ///< The defaults where it cannot be read.
  std::string directory;      ///< May not exist yet.
  std::optional<Error> flaw;  ///< Why the configuration cannot be read.
};

/// A configuration that cannot be read may be the very reason for taking things back: then its line `state_dir` counts
/// if root's own file has one, else the default. A `directory` that is not empty counts before all.
[[nodiscard]] JournalPlace find_journal(const std::string& config_path, const std::string& directory = "");

/// The first value of `state_dir` in the text of a configuration, whatever else it holds; nullopt: none.
[[nodiscard]] std::optional<std::string> state_dir_in(std::string_view text);

}  // namespace twinlock
