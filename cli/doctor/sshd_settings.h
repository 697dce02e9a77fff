// What `sshd -T -C …` says is in force for one connection. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinlock {

class SshdSettings {
 public:
  /// Keywords and values of OpenSSH 9 ("usepam yes") and 10 ("UsePAM yes") alike: key words are compared without case.
  static SshdSettings parse(std::string_view text);

  /// The value, as written; of several lines of that name the last. nullopt: this sshd does not know the keyword.
  [[nodiscard]] std::optional<std::string> value(const std::string& keyword) const;
  /// Whether the value is "yes".
  [[nodiscard]] bool is_on(const std::string& keyword) const;
  /// Whether the value is that word, without case.
  [[nodiscard]] bool is(const std::string& keyword, std::string_view word) const;
  /// A number of seconds, also as "2m"; nullopt where it is none.
  [[nodiscard]] std::optional<int> seconds(const std::string& keyword) const;
  [[nodiscard]] bool empty() const { return values_.empty(); }

 private:
  std::map<std::string, std::string> values_;
};

/// Lower case of the ASCII letters.
[[nodiscard]] std::string folded_case(std::string_view text);
/// The parts between the separators, empty ones left out.
[[nodiscard]] std::vector<std::string> split_text(std::string_view text, std::string_view separators);

}  // namespace twinlock
