#include "cli/setup/ssh_config_files.h"

#include <glob.h>

#include <fstream>
#include <sstream>

namespace twinlock {
namespace {

constexpr int kDeepest = 16;  // SERVCONF_MAX_DEPTH

void read(const std::string& path, int depth, std::vector<SshLine>& lines) {
  if (depth > kDeepest) return;
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  for (const SshLine& line : ssh_lines_of(text.str())) {
    lines.push_back(line);
    if (line.keyword != "include") continue;
    for (const std::string& pattern : include_patterns_in(line.value)) {
      glob_t found{};
      const bool any = ::glob(pattern.c_str(), 0, nullptr, &found) == 0;
      for (std::size_t at = 0; any && at < found.gl_pathc; ++at) read(found.gl_pathv[at], depth + 1, lines);
      ::globfree(&found);
    }
  }
}

}  // namespace

std::vector<SshLine> ssh_config_lines() {
  std::vector<SshLine> lines;
  read(kSshdConfig, 0, lines);
  return lines;
}

}  // namespace twinlock
