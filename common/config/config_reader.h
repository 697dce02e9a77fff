// Reads twinlock.conf (TOML, by toml++). Every flaw is one kConfig error "FILE:LINE: what is wrong; how to mend it".
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "config/config.h"

namespace twinlock {

inline constexpr const char* kDefaultConfigPath = "/etc/twinlock/twinlock.conf";

/// Reads the file at `path` after the checks of config/trusted_file.h. A missing file is an error; an empty one
/// means the defaults; an unknown key, a wrong type or a value out of range is an error with its line.
[[nodiscard]] Result<Config> read_config(const std::string& path);

/// The file's text alone, after the same checks.
[[nodiscard]] Result<SecretBytes> read_config_text(const std::string& path);

/// The same from text; `path` is used in errors only.
[[nodiscard]] Result<Config> parse_config(std::string_view text, const std::string& path);

/// A commented configuration with every key at its default, for `twinlock init`.
[[nodiscard]] std::string default_config_text(std::string_view issuer);

}  // namespace twinlock
