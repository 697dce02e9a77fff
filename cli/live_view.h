// Live sessions as the commands show and cut them.
#pragma once

#include <vector>

#include "cli/desk.h"
#include "live/live_sessions.h"

namespace twinlock {

/// All sessions of processes that live, the oldest first.
[[nodiscard]] Result<std::vector<LiveSession>> read_live_sessions(const Config& config);

/// {"user","service","address","pid","since"}
[[nodiscard]] Json json_of(const LiveSession& session);
[[nodiscard]] Json json_of(const std::vector<LiveSession>& sessions);

/// A table for people.
[[nodiscard]] std::string table_of(const std::vector<LiveSession>& sessions);

/// What became of the sessions that were to be cut. One process may serve several, and ends with all of them.
struct Cut {
  std::vector<LiveSession> cut;       ///< Of those chosen; their processes have ended.
  std::vector<LiveSession> also_cut;  ///< Others in the same processes, whose users must connect again.
  std::vector<LiveSession>
      remaining;  ///< Of those chosen; their processes could not be ended, or not within 5 seconds.
};

/// Ends the processes of the `chosen` sessions and waits for it. What had ended by itself is in no list.
[[nodiscard]] Cut cut_connections(const std::vector<LiveSession>& chosen, const std::vector<LiveSession>& all);

/// What was done, in sentences; empty where nothing was.
[[nodiscard]] std::string sentences_of(const Cut& cut);

/// {"cut","also_cut","remaining"}
[[nodiscard]] Json json_of(const Cut& cut);

/// kStore where anything remains.
[[nodiscard]] ExitStatus status_of(const Cut& cut);

}  // namespace twinlock
