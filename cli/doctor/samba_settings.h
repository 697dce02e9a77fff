// What `testparm -sv` says is in force. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace twinlock {

class SambaSettings {
 public:
  using Section = std::map<std::string, std::string>;

  static SambaSettings parse(std::string_view testparm_output);

  /// A value of [global]; empty where Samba does not show it. Names are in lower case with single blanks.
  [[nodiscard]] std::string global(const std::string& name) const;
  /// Whether it is that word, without case.
  [[nodiscard]] bool is(const std::string& name, std::string_view word) const;
  /// All sections but [global], by their names.
  [[nodiscard]] const std::map<std::string, Section>& shares() const { return shares_; }
  [[nodiscard]] const Section& globals() const { return global_; }

 private:
  Section global_;
  std::map<std::string, Section> shares_;
};

}  // namespace twinlock
