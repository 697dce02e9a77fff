#include "cli/desk.h"

#include <pwd.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "audit/audit_log.h"
#include "cli/advice.h"

namespace twinlock {
namespace {

constexpr std::uint32_t kNoLoginUid = 0xFFFFFFFFU;

std::string name_of_uid(uid_t uid) {
  const passwd* entry = ::getpwuid(uid);  // NOLINT(concurrency-mt-unsafe): one thread
  return entry != nullptr ? entry->pw_name : std::to_string(uid);
}

void write_to_syslog(int priority, const std::string& line) {
  ::openlog("twinlock", LOG_PID, LOG_AUTHPRIV);
  ::syslog(priority, "%s", line.c_str());
}

/// Errors quote what was typed and what lies on the disk: neither may steer the terminal.
std::string error_text(const Error& error) {
  std::string text = "twinlock: " + printable(error.what) + ": " + printable(error.why) + "\n";
  if (!error.mend.empty()) text += "  " + printable(error.mend) + "\n";
  return text;
}

}  // namespace

Result<ExitStatus> Desk::answer(const Json& json, std::string_view text, ExitStatus status) const {
  const auto printed = wants_json() ? terminal_.print(json_text(json).text()) : terminal_.print(text);
  if (!printed) return printed.error();
  return status;
}

Result<void> Desk::show(std::string_view text) const {
  if (!wants_json()) return terminal_.print(text);
  return Terminal({STDIN_FILENO, STDERR_FILENO, STDERR_FILENO}).print(text);
}

void Desk::complain(const Error& error) const {
  const Error advised = with_advice(error);
  const Terminal messages({STDIN_FILENO, STDERR_FILENO, STDERR_FILENO});
  const auto printed =
      wants_json() ? messages.print(json_text(json_error(static_cast<int>(status_of(error.code)), advised)).text())
                   : messages.print(error_text(advised));
  static_cast<void>(printed);  // there is nowhere left to complain to
}

Result<Answer> Desk::agree(const std::string& question, Consent consent) const {
  if (consent == Consent::kGiven) return Answer::kYes;
  if (terminal_.input_is_terminal()) return terminal_.ask(question);
  return Error{Error::Code::kUsage, "confirmation", "nobody is there to be asked", "add --yes"};
}

void Desk::write_down(const Config& config, const Act& act) const {
  const std::string actor = acting_person();
  AuditLine line{now_, act.event, act.user.text(), act.service, act.address, act.verdict ? name_of(*act.verdict) : ""};
  line.token = act.token;
  line.actor = actor;
  line.detail = act.detail;
  AuditLog(audit_places(config), write_to_syslog).record(line);
}

void Desk::write_down(const Config& config, std::string_view event, std::string_view detail) const {
  const std::string actor = acting_person();
  AuditLine line{now_, event, "", "", "", ""};
  line.actor = actor;
  line.detail = detail;
  AuditLog(audit_places(config), write_to_syslog).record(line);
}

std::string acting_person() {
  std::uint32_t login_uid = kNoLoginUid;
  std::ifstream("/proc/self/loginuid") >> login_uid;
  return name_of_uid(login_uid == kNoLoginUid ? ::getuid() : login_uid);
}

Result<Username> canonical_user(const std::string& typed) {
  const auto user = Username::parse(typed);
  if (!user) return user;
  const auto account = find_account(user->text());
  if (!account) return account.error();
  return *account ? Username::parse((*account)->name) : user;
}

Error not_enrolled(const Username& user) {
  return {Error::Code::kNotFound, "user " + printable(user.text()), "is not enrolled", ""};
}

Error unknown_to_nss(const std::string& typed) {
  return {Error::Code::kNotFound, "user " + printable(typed), "is unknown to this system",
          "mend the name, or add --allow-unknown for an account that is yet to come"};
}

Result<std::unique_ptr<LockedRecord>> open_record_if_any(Workplace& workplace, const Username& user) {
  auto locked = workplace.store->open(user);
  if (!locked || *locked == nullptr || !(*locked)->loaded().lost_copy) return locked;
  return Error{Error::Code::kStore, "user " + printable(user.text()), "one of the record's two copies is damaged",
               "the next login or `twinlock check` repairs it, at the price of the unused recovery codes"};
}

Result<std::unique_ptr<LockedRecord>> open_record(Workplace& workplace, const Username& user) {
  auto locked = open_record_if_any(workplace, user);
  if (locked && *locked == nullptr) return not_enrolled(user);
  return locked;
}

}  // namespace twinlock
