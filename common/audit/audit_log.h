// The audit log: one JSON line for each decision, appended with a single write. Writing it never decides a login.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "config/config.h"

namespace twinlock {

/// Takes a line for syslog. `priority` is LOG_INFO, LOG_ERR …
using SyslogSink = std::function<void(int priority, const std::string& line)>;

/// The detail of a refused login over SMB whose name held no code.
inline constexpr std::string_view kNoCodeInName = "no code in the user name";

struct AuditLine {
  UnixTime time;
  std::string_view event;  ///< "login", "account", "session", "enrol" …; a word of ours, and never "seal"
  std::string_view user;
  std::string_view service;
  std::string_view address;
  std::string_view verdict;   ///< Empty where nothing was decided.
  std::uint32_t token = 0;    ///< Id; 0: none.
  std::string_view actor{};   ///< The administrator who acted; empty for logins.
  std::string_view detail{};  ///< Why, in words; never a secret or a code.
};

struct AuditPlaces {
  std::string file;     ///< Empty: syslog only.
  std::string run_dir;  ///< Where lines that the file did not take are counted.
};
[[nodiscard]] AuditPlaces audit_places(const Config& config);

class AuditLog {
 public:
  AuditLog(AuditPlaces places, SyslogSink syslog);

  /// Appends the line to the file. Where that fails (the lock was held for 100 ms, the disk is full, the file is not
  /// to be trusted) the line and the reason go to syslog instead, and the line is counted (audit_missed.h).
  void record(const AuditLine& line) const;

 private:
  AuditPlaces places_;
  SyslogSink syslog_;
};

/// The line as JSON, without a line end. Names with control characters or broken UTF-8 cannot break out of it.
[[nodiscard]] std::string audit_json(const AuditLine& line);

}  // namespace twinlock
