#include "cli/doctor/smbd_start.h"

#include <string_view>

namespace twinlock {
namespace {

constexpr std::string_view kSmbdOptionsWithValue = "dlspOn";  // short options that take one

/// Reads options as popt does for smbd.
class ArgumentReader {
 public:
  explicit ArgumentReader(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  SmbdStart read() {
    while (at_ < arguments_.size()) {
      const std::string word = arguments_[at_++];
      if (word.starts_with("--")) {
        read_long(word);
      } else if (word.starts_with('-')) {
        read_short(word);
      }
    }
    return start_;
  }

 private:
  std::string next() { return at_ < arguments_.size() ? arguments_[at_++] : ""; }

  void read_long(const std::string& word) {
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (name != "--configfile" && name != "--option") return;
    const std::string value = equals == std::string::npos ? next() : word.substr(equals + 1);
    if (name == "--configfile") {
      start_.config_file = value;
    } else {
      start_.options.push_back("--option=" + value);
    }
  }

  void read_short(const std::string& word) {
    for (std::size_t at = 1; at < word.size(); ++at) {
      if (kSmbdOptionsWithValue.find(word[at]) == std::string_view::npos) continue;
      std::string value = word.substr(at + 1);
      if (value.starts_with('=')) value.erase(0, 1);
      if (value.empty()) value = next();
      if (word[at] == 's') start_.config_file = value;
      return;
    }
  }

  const std::vector<std::string>& arguments_;
  std::size_t at_ = 0;
  SmbdStart start_;
};

}  // namespace

SmbdStart smbd_start_of(const std::vector<std::string>& arguments) { return ArgumentReader(arguments).read(); }

}  // namespace twinlock
