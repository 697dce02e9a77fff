// Picks lines out of all files of the audit log.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/audit/log_files.h"
#include "cli/audit/moment.h"

namespace twinlock {

/// Which lines are wanted. Empty texts want any.
struct LogFilter {
  std::string since;  ///< As parse_moment() takes them.
  std::string until;
  std::string user;
  std::string verdict;
  std::string event;
  std::string service;
};

/// A filter that has been read.
class LogQuery {
 public:
  /// kUsage where a time or verdict is none.
  static Result<LogQuery> of(const LogFilter& filter, UnixTime now);

  /// Whether this line (without its end) is wanted. Seals and torn lines are not.
  [[nodiscard]] bool wants(std::string_view line) const;

 private:
  std::string since_;               ///< As times stand in lines, which sort as texts; empty: any.
  std::string until_;               ///< The first time that is too late.
  std::vector<std::string> parts_;  ///< What a line must hold: names and values as the log writes them.
};

/// Calls `visit` with each line that is wanted, in the order of the chain. Ends with the first Error of `visit`.
[[nodiscard]] Result<void> for_each_line(const std::vector<LogFile>& files, const LogQuery& query,
                                         const std::function<Result<void>(std::string_view)>& visit);

}  // namespace twinlock
