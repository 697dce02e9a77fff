// Of which version a PAM module is, by what stands in its file: nothing of it is executed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace twinlock {

/// The version behind "twinlock-module-version=" up to the next byte of zero; nullopt: there is no such mark, as in
/// modules before it was introduced.
[[nodiscard]] std::optional<std::string> module_version_in(std::string_view content);

/// The same of an open file; nullopt also where it cannot be read.
[[nodiscard]] std::optional<std::string> module_version_of(int fd);

}  // namespace twinlock
