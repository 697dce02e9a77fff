#include "cli/doctor/stack_scenario.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace twinlock {
namespace {

using Answers = std::vector<PamReturn>;
using R = PamReturn;

bool is_one_of(const std::string& name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

/// They prepare, log or wait, and tell nobody apart.
bool only_prepares(const std::string& name) {
  return is_one_of(
      name, {"pam_env",     "pam_faildelay", "pam_issue",    "pam_group",     "pam_selinux",       "pam_loginuid",
             "pam_keyinit", "pam_echo",      "pam_warn",     "pam_cap",       "pam_motd",          "pam_mail",
             "pam_umask",   "pam_limits",    "pam_lastlog",  "pam_mount",     "pam_gnome_keyring", "pam_kwallet5",
             "pam_systemd", "pam_namespace", "pam_setquota", "pam_tty_audit", "pam_mkhomedir",     "pam_xauth"});
}

/// They stop people and never vouch for anybody: their success says only that nothing speaks against the login.
bool only_stops(const std::string& name) {
  return is_one_of(name, {"pam_nologin", "pam_sepermit", "pam_securetty", "pam_faillock", "pam_tally2"});
}

/// Second factors of others.
bool asks_for_another_factor(const std::string& name) {
  return is_one_of(name, {"pam_google_authenticator", "pam_oath", "pam_duo", "pam_yubico", "pam_u2f", "pam_otpw"});
}

Answers our_auth(const PamHandler& handler, const StackScenario& scenario) {
  switch (task_of(handler)) {
    case OurTask::kAfterPublickey: return {scenario.key == Key::kGiven ? R::kSuccess : R::kAuthErr};
    case OurTask::kSplit:
      return scenario.code == Given::kRight ? Answers{R::kSuccess} : Answers{R::kSuccess, R::kAuthErr};
    case OurTask::kCheckCode: return {scenario.code == Given::kRight ? R::kSuccess : R::kAuthErr};
    case OurTask::kRefusing:
    case OurTask::kNotOurs: break;
  }
  return {R::kAuthErr};
}

Answers other_auth(const PamHandler& handler, const StackScenario& scenario) {
  const std::string name = handler.module_name();
  if (checks_password(handler)) {
    // Where several of them stand, an account is known to one and unknown to the others.
    return scenario.password == Given::kRight ? Answers{R::kSuccess, R::kUserUnknown}
                                              : Answers{R::kAuthErr, R::kUserUnknown};
  }
  if (name == "pam_deny") return {R::kAuthErr};
  if (name == "pam_permit") return {R::kSuccess};
  if (name == "pam_rootok") return {scenario.caller == Caller::kRoot ? R::kSuccess : R::kAuthErr};
  if (only_prepares(name)) return {R::kSuccess, R::kIgnore};
  if (only_stops(name)) return {R::kSuccess, R::kIgnore, R::kAuthErr};
  if (asks_for_another_factor(name) && scenario.code == Given::kWrong) return {R::kAuthErr};
  return {R::kSuccess, R::kAuthErr, R::kIgnore};
}

Answers other_account(const PamHandler& handler) {
  const std::string name = handler.module_name();
  if (name == "pam_deny") return {R::kAcctExpired};
  if (name == "pam_permit") return {R::kSuccess};
  if (only_prepares(name)) return {R::kSuccess, R::kIgnore};
  if (name == "pam_localuser" || only_stops(name)) return {R::kSuccess, R::kPermDenied, R::kIgnore};
  return {R::kSuccess, R::kNewAuthtokReqd, R::kAcctExpired, R::kUserUnknown, R::kPermDenied, R::kIgnore};
}

}  // namespace

OurTask task_of(const PamHandler& handler) {
  if (handler.module_name() != "pam_twinlock") return OurTask::kNotOurs;
  OurTask task = OurTask::kCheckCode;
  for (const std::string_view argument : handler.arguments) {
    if (argument == "debug" || argument.starts_with("config=/")) continue;
    const bool second = task != OurTask::kCheckCode;
    if (second || (argument != "split" && argument != "after_publickey")) return OurTask::kRefusing;
    task = argument == "split" ? OurTask::kSplit : OurTask::kAfterPublickey;
  }
  return task;
}

bool checks_password(const PamHandler& handler) {
  return is_one_of(handler.module_name(), {"pam_unix", "pam_sss", "pam_ldap", "pam_winbind", "pam_krb5", "pam_userdb",
                                           "pam_systemd_home", "pam_unix2", "pam_pwdfile", "pam_mysql", "pam_pgsql",
                                           "pam_radius_auth", "pam_himmelblau", "pam_kanidm"});
}

PamAnswers auth_answers(const StackScenario& scenario, const ModuleLookup& is_installed) {
  return [=](const PamHandler& handler) -> Answers {
    if (!is_installed(handler)) return {R::kModuleUnknown};
    return task_of(handler) != OurTask::kNotOurs ? our_auth(handler, scenario) : other_auth(handler, scenario);
  };
}

PamAnswers account_answers(Given code, const ModuleLookup& is_installed) {
  return [=](const PamHandler& handler) -> Answers {
    if (!is_installed(handler)) return {R::kModuleUnknown};
    if (task_of(handler) == OurTask::kNotOurs) return other_account(handler);
    const bool passes = code == Given::kRight && task_of(handler) != OurTask::kRefusing;
    return {passes ? R::kSuccess : R::kPermDenied};
  };
}

}  // namespace twinlock
