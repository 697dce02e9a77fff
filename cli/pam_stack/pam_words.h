// Text of pam.d files to words: continued lines, remarks, arguments in brackets.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinlock {

struct PamLine {
  int number = 0;                  ///< Of its first physical line, from 1.
  int last = 0;                    ///< Of its last one: it may go on over several.
  std::vector<std::string> words;  ///< At least one. "[a b]" is the one word "a b", "\]" in it is "]".
};

/// The lines that say something. nullopt: the file ends in the middle of a line, for which libpam refuses everything.
[[nodiscard]] std::optional<std::vector<PamLine>> parse_pam_lines(std::string_view text);

/// Equal but for the case of ASCII letters, as libpam compares its key words.
[[nodiscard]] bool same_pam_word(std::string_view a, std::string_view b);

}  // namespace twinlock
