#include "cli/doctor/stack_findings.h"

namespace twinlock {
namespace {

/// In front of what can be done by hand: the command that tries what it does, where there is one.
std::string setup_or(const std::string& by_hand, const std::string& service) {
  if (service == "sshd") return "run: twinlock setup ssh; or " + by_hand;
  return service == "samba" ? "run: twinlock setup samba; or " + by_hand : by_hand;
}

std::string shipped(const std::string& service) {
  return setup_or("write the stack by hand as pam_twinlock(8) says, from the example pam.d/" + service, service);
}

void judge_text(const StackVerdict& verdict, const std::string& service, Findings& findings) {
  const std::string id = "pam." + service + ".readable";
  const PamStack& stack = verdict.stack();
  if (stack.broken) findings.fail(id, *stack.broken + ", so PAM refuses everybody", shipped(service));
  for (const PamFlaw& flaw : stack.flaws) {
    findings.fail(id, flaw.place + " " + flaw.why + ": PAM takes such a line for a refusal", "mend or delete the line");
  }
  for (const PamFacility facility : {PamFacility::kAuth, PamFacility::kAccount, PamFacility::kSession}) {
    for (const PamHandler& handler : stack.of(facility)) {
      if (task_of(handler) != OurTask::kRefusing) continue;
      findings.fail(id, handler.place() + " gives pam_twinlock arguments that it does not know: it refuses everybody",
                    "use config=/absolute/path, debug, split or after_publickey");
    }
  }
  findings.conclude(id, "PAM understands every line of the stack " + service);
}

void judge_auth(const StackVerdict& verdict, const std::string& service, Findings& findings) {
  const auto& handlers = verdict.stack().of(PamFacility::kAuth);
  const std::string id = "pam." + service;
  if (const auto hole = verdict.passes_auth({Given::kRight, Given::kWrong, Key::kNone})) {
    findings.fail(id + ".password-alone",
                  "the right password without a code passes `auth` of " + service + ": " +
                      place_to_blame(handlers, *hole, Missing::kCode),
                  shipped(service));
  }
  findings.conclude(id + ".password-alone", "a password without a code does not pass `auth` of " + service);
  if (const auto hole = verdict.passes_auth({Given::kWrong, Given::kRight, Key::kNone})) {
    findings.fail(id + ".code-alone",
                  "a wrong password with a right code, or a rule that exempts, passes `auth` of " + service + ": " +
                      place_to_blame(handlers, *hole, Missing::kPassword),
                  shipped(service));
  }
  findings.conclude(id + ".code-alone", "a code does not stand in for the password in " + service);
  if (const PamHandler* line = verdict.code_line_after_wrong_password()) {
    findings.fail(
        id + ".code-after-wrong-password",
        line->place() + " asks for the code although the password was wrong: strangers can use up a user's guesses",
        "end the stack at a wrong password: `auth requisite` for its module, or `include` for `substack`");
  }
  findings.conclude(id + ".code-after-wrong-password",
                    "after a wrong password nobody is asked for a code in " + service);
}

void judge_key(const StackVerdict& verdict, Findings& findings) {
  const auto& handlers = verdict.stack().of(PamFacility::kAuth);
  if (const auto hole = verdict.passes_auth({Given::kWrong, Given::kWrong, Key::kGiven})) {
    findings.fail(
        "pam.sshd.key-alone",
        "a key without password and code passes `auth` of sshd: " + place_to_blame(handlers, *hole, Missing::kCode),
        "let after_publickey skip the password and nothing else: "
        "auth [success=1 default=ignore] pam_twinlock.so after_publickey");
  }
  findings.conclude("pam.sshd.key-alone", "a key spares nobody the code in `auth` of sshd");
}

void judge_account(const StackVerdict& verdict, const std::string& service, Findings& findings) {
  const std::string id = "pam." + service + ".account";
  if (const auto hole = verdict.passes_account(Given::kWrong)) {
    const std::string when = hole->status == PamReturn::kNewAuthtokReqd ? "who has an expired password" : "somebody";
    findings.fail(
        id,
        "`account` of " + service + " lets in " + when +
            " without a code: " + place_to_blame(verdict.stack().of(PamFacility::kAccount), *hole, Missing::kCode),
        setup_or("put `account required pam_twinlock.so` before all other account lines but pam_nologin", service));
  }
  findings.conclude(id,
                    "`account` of " + service + " refuses logins that gave no code, whatever state the account is in");
}

/// A terminal service calls `account` where it has asked for nothing.
void judge_no_account(const StackVerdict& verdict, const std::string& service, Findings& findings) {
  const std::string id = "pam." + service + ".account";
  for (const PamHandler& handler : verdict.stack().of(PamFacility::kAccount)) {
    if (task_of(handler) == OurTask::kNotOurs) continue;
    findings.fail(id,
                  handler.place() + " refuses people in `account` whom " + service + " asks for nothing, such as root",
                  "delete the line; " + service + " needs the `auth` line alone");
  }
  findings.conclude(id, "`account` of " + service + " is left alone");
}

void judge_session(const StackVerdict& verdict, const std::string& service, Findings& findings) {
  const std::string id = "pam." + service + ".session";
  bool found = false;
  for (const PamHandler& handler : verdict.stack().of(PamFacility::kSession)) {
    found |= task_of(handler) == OurTask::kCheckCode;
  }
  if (!found) {
    const std::string loss = verdict.host() == PamHost::kSshd ? "logins earn no lease" : "nobody is listed or cut off";
    findings.warn(id, "no session line of pam_twinlock in the stack " + service + ": " + loss,
                  setup_or("add as the last line: session required pam_twinlock.so", service));
  }
  findings.conclude(id, "the session line of " + service + " is there");
}

void judge_use(const StackVerdict& verdict, const std::string& service, Findings& findings) {
  const std::string id = "pam." + service + ".works";
  const bool auth = verdict.host() == PamHost::kSmbd || verdict.passes_auth({}).has_value();
  const bool account = verdict.host() == PamHost::kTerminal || verdict.passes_account(Given::kRight).has_value();
  if (!auth || !account) {
    findings.fail(id,
                  std::string("the stack ") + service + " refuses everybody in `" + (auth ? "account" : "auth") +
                      "`, also with password and code",
                  shipped(service));
  }
  findings.conclude(id, "password and code pass the stack " + service);
}

}  // namespace

void judge_stack(const StackVerdict& verdict, const std::string& service, Findings& findings) {
  judge_text(verdict, service, findings);
  if (verdict.stack().broken) return;
  if (verdict.host() != PamHost::kSmbd) judge_auth(verdict, service, findings);
  if (verdict.host() == PamHost::kSshd) judge_key(verdict, findings);
  if (verdict.host() == PamHost::kTerminal) {
    judge_no_account(verdict, service, findings);
  } else {
    judge_account(verdict, service, findings);
    judge_session(verdict, service, findings);
  }
  judge_use(verdict, service, findings);
}

}  // namespace twinlock
