// A TOML document as plain values with their lines, so that one translation unit alone includes toml++.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace twinlock {

struct TomlEntry;
struct TomlValue;

using TomlArray = std::vector<TomlValue>;

/// Keys are unique; their order is not the file's.
struct TomlTable {
  std::vector<TomlEntry> entries;
};

/// What TOML has and twinlock.conf never uses: times of day and points in time.
struct TomlOther {};

struct TomlValue {
  int line = 0;
  std::variant<TomlOther, std::string, std::int64_t, double, bool, CivilDate, TomlArray, TomlTable> content;
};

struct TomlEntry {
  std::string key;
  int line = 0;  ///< Of the key, from 1.
  TomlValue value;
};

/// Parses `text`; `path` is used in errors only. kConfig "PATH:LINE" where it is not TOML.
[[nodiscard]] Result<TomlTable> parse_toml(std::string_view text, const std::string& path);

/// printable() and cut to what fits one line of a log.
[[nodiscard]] std::string quotable(std::string_view text);

}  // namespace twinlock
