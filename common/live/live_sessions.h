// Who is connected now: a file <run_dir>/sessions/<pid>.<label> for each session that PAM has opened.
//
// Only for display and for cutting connections; no login is decided by it. Files of processes that died without closing
// their session (SIGKILL) are removed when they are come across.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/service_name.h"
#include "base/time.h"
#include "base/username.h"
#include "live/process.h"
#include "live/run_directory.h"

namespace twinlock {

inline constexpr const char* kSessionDirectory = "sessions";

struct LiveSession {
  /// What lets the session go on.
  enum class Basis {
    kLogin,  ///< The login alone: a code for this session, or a rule that asks for none.
    kLease,  ///< A lease: when it ends, so does the session.
  };

  ProcessIdentity process;
  std::string label;  ///< 1 … 32 letters and digits: tells the sessions of one process apart.
  Username user;
  ServiceName service;
  Address address;
  UnixTime since;
  Basis basis = Basis::kLogin;
};

/// The label under which a login stands on the list until its session is opened (see below).
[[nodiscard]] std::string label_of_login(const Username& user);

/// A label from a PAM_TTY such as "smb/1617066971": its last part, or "0" where that is none.
[[nodiscard]] std::string label_from_terminal(std::string_view terminal);

/// smbd opens no session where a client authenticates an open one again, perhaps as another user. So a login is noted
/// when it is let in, and stays on the list if no session follows it.
[[nodiscard]] Result<void> note_session(const RunDirectory& sessions, const LiveSession& session);

/// Forgets this process's session of that label and user; also where there is none.
[[nodiscard]] Result<void> forget_session(const RunDirectory& sessions, const ProcessIdentity& process,
                                          const std::string& label, const Username& user);

/// The session that stands on the list under this label, if it is that process's and user's.
[[nodiscard]] Result<std::optional<LiveSession>> find_session(const RunDirectory& sessions,
                                                              const ProcessIdentity& process, const std::string& label,
                                                              const Username& user);

/// All sessions of processes that live, the oldest first, without those that differ in their labels only. Files that
/// are not whole are passed over.
[[nodiscard]] Result<std::vector<LiveSession>> live_sessions(const RunDirectory& sessions);

}  // namespace twinlock
