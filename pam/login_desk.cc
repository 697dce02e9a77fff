#include "pam/login_desk.h"

#include <syslog.h>

#include "account/lost_copy.h"
#include "base/printable.h"

namespace twinlock {
namespace {

/// Writes a line about this login, which `line` need not describe.
void append(const PamSession& pam, const Workplace& workplace, const Login& login, AuditLine line) {
  const std::string address = login.address.text();
  line.time = login.now;
  line.user = login.user.text();
  line.service = login.service.text();
  line.address = address;
  const AuditLog log(audit_places(workplace.config),
                     [&](int priority, const std::string& text) { pam.log(priority, text); });
  log.record(line);
}

void report_lost_copy(const PamSession& pam, const Workplace& workplace, const Login& login) {
  AuditLine line{};
  line.event = "copy_lost";
  line.detail = "one of the two copies of the record is damaged; whatever it may have used up counts as used up";
  pam.log(LOG_ERR, "user " + printable(login.user.text()) + ": " + std::string(line.detail));
  append(pam, workplace, login, line);
}

}  // namespace

Result<Login> login_of(PamSession& pam, UnixTime now) {
  const auto service = pam.service();
  if (!service) return service.error();
  const auto user = pam.user();
  if (!user) return user.error();
  const auto address = pam.remote_address();
  if (!address) return address.error();
  return make_login(*user, *service, *address, now);
}

Result<std::optional<SecretRecord>> current_record(const PamSession& pam, Workplace& workplace, const Login& login) {
  auto loaded = workplace.store->read(login.user);
  if (!loaded) return loaded.error();
  if (!*loaded) return std::optional<SecretRecord>();
  if (!(*loaded)->lost_copy) return std::optional(std::move((*loaded)->record));
  report_lost_copy(pam, workplace, login);
  return std::optional(after_lost_copy((*loaded)->record, login.now, workplace.policy.window));
}

void write_down(const PamSession& pam, const Workplace& workplace, const Login& login, std::string_view event,
                const Outcome& outcome) {
  if (outcome.verdict == Verdict::kExempt && !workplace.config.audit.exempt) return;
  AuditLine line{};
  line.event = event;
  line.verdict = name_of(outcome.verdict);
  line.token = outcome.token;
  line.detail = outcome.detail;
  append(pam, workplace, login, line);
}

void complain(const PamSession& pam, const Error& error) { pam.log(LOG_ERR, "refused: " + error.text()); }

Verdict refuse(const PamSession& pam, const Error& error) {
  complain(pam, error);
  return Verdict::kUnavailable;
}

}  // namespace twinlock
