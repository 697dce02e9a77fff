// The entry points that libpam calls, and the only try/catch of the module.
//
// MUST 1: whatever is thrown denies. PAM_IGNORE is never returned.
// MUST 2: arguments that we do not know deny, in every phase that can.
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <syslog.h>

#include <exception>
#include <span>

#include "base/clock.h"
#include "pam/gate.h"
#include "pam/login.h"
#include "pam/login_desk.h"
#include "pam/module_arguments.h"
#include "pam/pam_codes.h"
#include "pam/proof_variable.h"
#include "pam/session.h"
#include "pam/smb_gate.h"
#include "pam/split.h"

#define TWINLOCK_ENTRY extern "C" __attribute__((visibility("default")))

namespace twinlock {
namespace {

/// Read from the file by `twinlock doctor`, which tells a module of another version than its own.
[[gnu::used]] constexpr char kVersionMark[] = "twinlock-module-version=" TWINLOCK_VERSION;

template <typename Body>
int at_c_boundary(pam_handle_t* handle, Body body) noexcept {
  try {
    return body();
  } catch (const std::exception& bug) {
    ::pam_syslog(handle, LOG_CRIT, "refused: internal error: %s", bug.what());
  } catch (...) {
    ::pam_syslog(handle, LOG_CRIT, "refused: internal error");
  }
  return PAM_SYSTEM_ERR;
}

PamSession session_of(pam_handle_t* handle, int flags) {
  return {handle, (static_cast<unsigned>(flags) & PAM_SILENT) != 0 ? Messages::kSilent : Messages::kShown};
}

Result<ModuleArguments> arguments_of(int argc, const char** argv) {
  return parse_module_arguments(std::span(argv, static_cast<std::size_t>(argc)));
}

Verdict authenticate_as_told(PamSession& pam, const ModuleArguments& arguments) {
  switch (arguments.task) {
    case ModuleArguments::Task::kCheckCode: return authenticate(pam, arguments, read_clock());
    case ModuleArguments::Task::kSplit: return split_field(pam);
    case ModuleArguments::Task::kAfterPublickey: return after_publickey(pam);
  }
  return Verdict::kUnavailable;
}

int authenticate_entry(PamSession pam, const Result<ModuleArguments>& arguments) {
  const Verdict verdict = arguments ? authenticate_as_told(pam, *arguments) : refuse(pam, arguments.error());
  const bool asked = !arguments || arguments->task != ModuleArguments::Task::kAfterPublickey;
  if (asked && !lets_in(verdict)) pam.request_delay();
  return authentication_code(verdict);
}

Verdict admit_as_told(PamSession& pam, const ModuleArguments& arguments) {
  const UnixTime now = read_clock();
  return is_samba(pam) ? admit_smb(pam, arguments, now) : admit(pam, arguments, now);
}

int account_entry(PamSession pam, const Result<ModuleArguments>& arguments) {
  const Verdict verdict = arguments ? admit_as_told(pam, *arguments) : refuse(pam, arguments.error());
  const auto service = pam.service();
  return account_code(verdict, service ? *service : "");
}

int session_entry(PamSession pam, const Result<ModuleArguments>& arguments) {
  if (!arguments) {
    forget(pam);
    complain(pam, arguments.error());
    return PAM_SESSION_ERR;
  }
  open_session(pam, *arguments, read_clock());
  return PAM_SUCCESS;
}

int close_entry(PamSession pam, const Result<ModuleArguments>& arguments) {
  if (arguments) {
    close_session(pam, *arguments, read_clock());
  } else {
    complain(pam, arguments.error());
  }
  return PAM_SUCCESS;
}

}  // namespace
}  // namespace twinlock

TWINLOCK_ENTRY int pam_sm_authenticate(pam_handle_t* handle, int flags, int argc, const char** argv) {
  using namespace twinlock;
  return at_c_boundary(handle, [&] { return authenticate_entry(session_of(handle, flags), arguments_of(argc, argv)); });
}

TWINLOCK_ENTRY int pam_sm_setcred(pam_handle_t*, int, int, const char**) { return PAM_SUCCESS; }

TWINLOCK_ENTRY int pam_sm_acct_mgmt(pam_handle_t* handle, int flags, int argc, const char** argv) {
  using namespace twinlock;
  return at_c_boundary(handle, [&] { return account_entry(session_of(handle, flags), arguments_of(argc, argv)); });
}

TWINLOCK_ENTRY int pam_sm_open_session(pam_handle_t* handle, int flags, int argc, const char** argv) {
  using namespace twinlock;
  return at_c_boundary(handle, [&] { return session_entry(session_of(handle, flags), arguments_of(argc, argv)); });
}

TWINLOCK_ENTRY int pam_sm_close_session(pam_handle_t* handle, int flags, int argc, const char** argv) {
  using namespace twinlock;
  return at_c_boundary(handle, [&] { return close_entry(session_of(handle, flags), arguments_of(argc, argv)); });
}
