#include "cli/setup/samba_includes.h"

#include <algorithm>
#include <set>

#include "base/printable.h"
#include "cli/files_like.h"
#include "cli/setup/file_change.h"
#include "cli/setup/samba_files.h"

namespace twinlock {
namespace {

/// Reads smb.conf and what it includes, each file once.
class Reader {
 public:
  Result<void> read(const std::string& path) {
    if (!seen_.insert(path).second) return done();
    const auto text = read_file_state(path);
    if (!text || !*text) return done();  // what cannot be read or is not there: testparm judges
    for (const SambaLine& line : samba_lines_in((*text)->content)) {
      if (line.name == "configfile") {
        if (const auto counts = see_that_smb_conf_counts(line.value, path); !counts) return counts;
      }
      if (line.name != "include" || line.value == kSambaDropIn) continue;
      if (const auto good = follow(line.value); !good) return good;
    }
    return done();
  }

  [[nodiscard]] std::vector<std::string> by_client() && { return std::move(by_client_); }

 private:
  Result<void> follow(const std::string& value) {
    if (value.find('%') == std::string::npos) return read(value);
    if (std::ranges::find(by_client_, value) == by_client_.end()) by_client_.push_back(value);
    for (const std::string& file : files_like(pattern_of_macros(value))) {
      if (const auto good = read(file); !good) return good;
    }
    return done();
  }

  std::set<std::string> seen_;
  std::vector<std::string> by_client_;
};

}  // namespace

Result<std::vector<std::string>> includes_by_client() {
  Reader reader;
  if (const auto good = reader.read(kSambaConfig); !good) return good.error();
  return std::move(reader).by_client();
}

Result<void> see_that_smb_conf_counts(const std::string& value, const std::string& where) {
  if (value.empty() || value == kSambaConfig) return done();
  return Error{
      Error::Code::kConfig, where,
      "has smbd go by another file in place of " + std::string(kSambaConfig) + ": config file = " + printable(value),
      "move what that file says into " + std::string(kSambaConfig) +
          ", remove the line `config file`, then run this again"};
}

}  // namespace twinlock
