// Guesses which word was meant by a mistyped one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinlock {

/// The word that is fewest edits (insertions, deletions, replacements) away from `typed`; nothing where that takes
/// more than two, or as many as `typed` has letters.
[[nodiscard]] std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& words);

}  // namespace twinlock
