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

/// The sessions that end where `chosen` are cut: one process may serve several, and ends with all of them.
struct Cut {
  std::vector<LiveSession> cut;       ///< Of those chosen.
  std::vector<LiveSession> also_cut;  ///< Others in the same processes, whose users must connect again.
};

/// Ends the processes of the `chosen` sessions. What had ended by itself is in neither list.
[[nodiscard]] Result<Cut> cut_connections(const std::vector<LiveSession>& chosen, const std::vector<LiveSession>& all);

/// What was done, in sentences; empty where nothing was.
[[nodiscard]] std::string sentences_of(const Cut& cut);

}  // namespace twinlock
