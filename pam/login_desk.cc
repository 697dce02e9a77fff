#include "pam/login_desk.h"

#include <syslog.h>

#include "account/lost_copy.h"

namespace twinlock {

Result<Login> login_of(PamSession& pam, UnixTime now) {
  const auto service = pam.service();
  if (!service) return service.error();
  const auto user = pam.user();
  if (!user) return user.error();
  const auto address = pam.remote_address();
  if (!address) return address.error();
  return make_login(*user, *service, *address, now);
}

Result<std::optional<SecretRecord>> current_record(Workplace& workplace, const Login& login) {
  auto loaded = workplace.store->read(login.user);
  if (!loaded) return loaded.error();
  if (!*loaded) return std::optional<SecretRecord>();
  if (!(*loaded)->lost_copy) return std::optional(std::move((*loaded)->record));
  return std::optional(after_lost_copy((*loaded)->record, login.now, workplace.policy.window));
}

void write_down(const PamSession& pam, const Workplace& workplace, const Login& login, std::string_view event,
                const Outcome& outcome) {
  const AuditConfig& config = workplace.config.audit;
  if (outcome.verdict == Verdict::kExempt && !config.exempt) return;
  const AuditLog log(config.file, [&](int priority, const std::string& line) { pam.log(priority, line); });
  const std::string address = login.address.text();
  AuditLine line{login.now, event, login.user.text(), login.service.text(), address, name_of(outcome.verdict)};
  line.token = outcome.token;
  line.detail = outcome.detail;
  log.record(line);
}

void complain(const PamSession& pam, const Error& error) { pam.log(LOG_ERR, "refused: " + error.text()); }

Verdict refuse(const PamSession& pam, const Error& error) {
  complain(pam, error);
  return Verdict::kUnavailable;
}

}  // namespace twinlock
