// Asks `sshd -T -C …` what is in force, within a bounded time.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "cli/doctor/match_lines.h"
#include "cli/doctor/sshd_servers.h"
#include "cli/doctor/sshd_settings.h"

namespace twinlock {

class SshdInterview {
 public:
  explicit SshdInterview(Findings& findings);

  /// nullopt: it does not say, which is a finding "ssh.config". An sshd that has not answered once is asked no more,
  /// and none when the time for all of them is over: a directory service can hang.
  [[nodiscard]] std::optional<SshdSettings> ask(const SshdServer& server, const SshdProbe& probe);

 private:
  Findings& findings_;
  std::int64_t deadline_;       ///< Of monotonic_milliseconds().
  std::set<std::string> mute_;  ///< Those that did not answer, by `where`.
};

}  // namespace twinlock
