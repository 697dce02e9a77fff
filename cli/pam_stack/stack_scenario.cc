#include "cli/pam_stack/stack_scenario.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace twinlock {
namespace {

using Returns = std::vector<PamReturn>;
using R = PamReturn;

bool is_one_of(const std::string& name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

/// They prepare, log or wait, and vouch for nobody. Should they fail, that may be the user's doing
/// (~/.pam_environment).
bool only_prepares(const std::string& name) {
  return is_one_of(
      name, {"pam_env",     "pam_faildelay", "pam_issue",    "pam_group",     "pam_selinux",       "pam_loginuid",
             "pam_keyinit", "pam_echo",      "pam_warn",     "pam_cap",       "pam_motd",          "pam_mail",
             "pam_umask",   "pam_limits",    "pam_lastlog",  "pam_mount",     "pam_gnome_keyring", "pam_kwallet5",
             "pam_systemd", "pam_namespace", "pam_setquota", "pam_tty_audit", "pam_mkhomedir",     "pam_xauth"});
}

/// libpam gives these in place of a module that it could not load.
bool is_libpams_own(R answer) {
  return answer == R::kOpenErr || answer == R::kSymbolErr || answer == R::kModuleUnknown;
}

/// One refusal for each thing that the line's second word does about any. Which one it is matters no further: only
/// success and an expired password can become a login.
Returns refusals(const PamHandler& handler) {
  Returns answers;
  std::vector<PamAction> known;
  const auto add = [&](R answer) {
    const PamAction action = handler.control.at(answer);
    if (std::ranges::find(known, action) != known.end()) return;
    known.push_back(action);
    answers.push_back(answer);
  };
  for (const R usual : {R::kAuthErr, R::kUserUnknown, R::kPermDenied}) add(usual);
  for (std::size_t at = 0; at < kPamReturns; ++at) {
    const auto answer = static_cast<R>(at);
    const bool refuses =
        answer != R::kSuccess && answer != R::kNewAuthtokReqd && answer != R::kIgnore && answer != R::kIncomplete;
    if (refuses && !is_libpams_own(answer)) add(answer);
  }
  return answers;
}

Returns with_refusals(Returns answers, const PamHandler& handler) {
  for (const R refusal : refusals(handler)) answers.push_back(refusal);
  return answers;
}

/// Of modules that nobody here knows, and of the second factors of others too: where a user is not enrolled with them
/// (nullok, nouserok, failmode=safe), or their service is down, they let pass or are of no account.
Returns anything(const PamHandler& handler) {
  return with_refusals({R::kSuccess, R::kNewAuthtokReqd, R::kIgnore}, handler);
}

/// Where several of them stand, an account is known to one and unknown to the others, whose directory may be down.
Returns answers_of_password(const PamHandler& handler, Given password) {
  Returns answers;
  if (password == Given::kRight) answers.push_back(R::kSuccess);
  const bool may_ignore = std::ranges::any_of(handler.arguments, [](const std::string& word) {
    // ignore_unknown_user, ignore_authinfo_unavail …; of pam_radius_auth; of pam_sss
    return word.starts_with("ignore") || word == "localifdown" || word == "allow_missing_name";
  });
  if (may_ignore) answers.push_back(R::kIgnore);
  return with_refusals(std::move(answers), handler);
}

/// Errors of ours refuse too, with other answers than a wrong code.
Returns our_auth(const PamHandler& handler, const StackScenario& scenario) {
  switch (task_of(handler)) {
    case OurTask::kAfterPublickey:
      if (scenario.key == Key::kGiven) return {R::kSuccess};
      break;
    case OurTask::kSplit:
      return scenario.code == Given::kRight ? Returns{R::kSuccess} : with_refusals({R::kSuccess}, handler);
    case OurTask::kCheckCode:
      if (scenario.code == Given::kRight) return {R::kSuccess};
      break;
    case OurTask::kRefusing:
    case OurTask::kNotOurs: break;
  }
  return refusals(handler);
}

Returns other_auth(const PamHandler& handler, const StackScenario& scenario) {
  const std::string name = handler.module_name();
  if (checks_password(handler)) return answers_of_password(handler, scenario.password);
  if (name == "pam_deny") return refusals(handler);
  if (name == "pam_permit") return {R::kSuccess};
  if (name == "pam_rootok") return {scenario.caller == Caller::kRoot ? R::kSuccess : R::kAuthErr};
  if (only_prepares(name)) return with_refusals({R::kSuccess, R::kIgnore}, handler);
  return anything(handler);
}

Returns other_account(const PamHandler& handler) {
  const std::string name = handler.module_name();
  if (name == "pam_deny") return refusals(handler);
  if (name == "pam_permit") return {R::kSuccess};
  if (only_prepares(name)) return with_refusals({R::kSuccess, R::kIgnore}, handler);
  return anything(handler);
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
  return [=](const PamHandler& handler) -> Returns {
    if (!is_installed(handler)) return {R::kModuleUnknown};
    return task_of(handler) != OurTask::kNotOurs ? our_auth(handler, scenario) : other_auth(handler, scenario);
  };
}

PamAnswers account_answers(Given code, const ModuleLookup& is_installed) {
  return [=](const PamHandler& handler) -> Returns {
    if (!is_installed(handler)) return {R::kModuleUnknown};
    if (task_of(handler) == OurTask::kNotOurs) return other_account(handler);
    const bool passes = code == Given::kRight && task_of(handler) != OurTask::kRefusing;
    return passes ? Returns{R::kSuccess} : refusals(handler);
  };
}

PamAnswers session_answers(const ModuleLookup& is_installed) {
  return [=](const PamHandler& handler) -> Returns {
    if (!is_installed(handler)) return {R::kModuleUnknown};
    return task_of(handler) == OurTask::kNotOurs ? other_account(handler) : Returns{R::kSessionErr};
  };
}

}  // namespace twinlock
