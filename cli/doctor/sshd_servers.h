// The sshd's of this machine: the one that its service starts, and those that listen.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/doctor/finding.h"
#include "cli/doctor/match_lines.h"
#include "cli/doctor/server_process.h"
#include "cli/doctor/sshd_start.h"

namespace twinlock {

struct SshdServer {
  std::string program;  ///< Trusted.
  SshdStart start;
  std::string where;                     ///< For people: " (process 812)"; empty for the usual one.
  std::vector<ServerProcess> listening;  ///< The processes that were started so.

  [[nodiscard]] std::string config_file() const;
};

/// The usual one first. What listens and cannot be judged is a finding "ssh.listeners".
[[nodiscard]] std::vector<SshdServer> sshd_servers(const std::string& usual_program, Findings& findings);

/// Reads a configuration with all that it includes, and remembers which files those are.
class SshdConfigFiles {
 public:
  explicit SshdConfigFiles(const std::string& path);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// For functions that go through the text; good as long as this object lives.
  [[nodiscard]] IncludeReader includes();
  /// Files that somebody else can write are a finding "ssh.owners", and so are directories where a pattern finds none,
  /// if somebody else can put one there.
  void look_at_owners(Findings& findings) const;
  /// When the last of them was written or put there, or one that an Include with a pattern brought went away, as far as
  /// its directory tells; nullopt: unknown.
  [[nodiscard]] std::optional<UnixTime> changed() const;

 private:
  std::string path_;
  std::string text_;
  std::set<std::string> files_;
  std::set<std::string> directories_;   ///< Of what is included.
  std::set<std::string> empty_places_;  ///< Those of them where an Include finds nothing now.
};

}  // namespace twinlock
