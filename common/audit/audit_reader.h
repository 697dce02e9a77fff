// Reads the audit log back.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace twinlock {

/// One line, as far as it is understood. Absent fields are empty.
struct AuditEntry {
  std::string time;  ///< RFC 3339 in UTC.
  std::string event;
  std::string user;
  std::string service;
  std::string address;
  std::string verdict;
  std::string detail;
  std::string actor;
  std::string token;  ///< The id as text.
};

/// nullopt: not a line of ours (torn by a crash, or edited).
[[nodiscard]] std::optional<AuditEntry> parse_audit_line(const std::string& line);

/// The last `most` entries that `wanted` likes, the newest last. A missing file holds none; an Error where it is not to
/// be trusted or cannot be read.
[[nodiscard]] Result<std::vector<AuditEntry>> last_audit_entries(const std::string& path, std::size_t most,
                                                                 const std::function<bool(const AuditEntry&)>& wanted);

}  // namespace twinlock
