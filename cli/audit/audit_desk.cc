#include "cli/audit/audit_desk.h"

#include <syslog.h>

#include "base/clock.h"
#include "config/config_reader.h"
#include "store/key_file.h"

namespace twinlock {
namespace {

/// If the last look at the retention is longer ago, the clock may have leapt ahead: then nothing is removed by age for
/// as long again. With a wrong clock no code is accepted, so somebody sets it right before that.
constexpr Seconds kLongestLeap = days(7);

void tell_syslog(int priority, const std::string& text) {
  ::openlog("twinlock", LOG_PID, LOG_AUTHPRIV);
  ::syslog(priority, "%s", text.c_str());
}

void tell_head(const ChainHead& head) {
  tell_syslog(LOG_NOTICE, "audit head " + std::to_string(head.sequence) + ":" + hex_of(head.seal));
}

Error break_error(const Config& config, const std::string& words) {
  return {Error::Code::kStore, config.audit.file, "is not as it was sealed: " + words,
          "see twinlock audit verify; this is marked in the log and not said again"};
}

std::string border_of(const Purged& purged) {
  std::string words = "up to seal " + std::to_string(purged.sequence);
  if (purged.until != UnixTime{}) words += " of " + rfc3339(purged.until);
  return words;
}

std::string words_of(const Purged& purged) {
  std::string words = std::to_string(purged.lines) + " lines, " + border_of(purged);
  if (!purged.broken.empty()) words += "; with the mark of a break: " + purged.broken;
  return words;
}

bool took_anything(const Purged& purged) {
  return purged.until != UnixTime{} || purged.lines != 0 || !purged.files.empty() || !purged.broken.empty();
}

Result<Purged> purge(const Desk& desk, const AuditState& state, const SealingPlace& place, const ChainHead& head,
                     const PurgeOrder& order) {
  const auto announce = [&](const Purged& purged) {
    desk.write_down(place.config, "audit purge", "begins: " + border_of(purged));
  };
  auto purged = purge_log(state, place, head, order, announce);
  if (purged && took_anything(*purged)) desk.write_down(place.config, "audit purge", words_of(*purged));
  return purged;
}

Result<void> purge_by_age(const Desk& desk, const AuditState& state, const SealingPlace& place, ChainHead head) {
  const UnixTime now = place.now;
  if (rfc3339(now).substr(0, 10) == rfc3339(head.purged).substr(0, 10)) return done();
  if (now < head.purged || now - head.purged > kLongestLeap) {
    tell_syslog(LOG_WARNING, "audit: the clock leapt from " + rfc3339(head.purged) + " to " + rfc3339(now) +
                                 ": nothing is removed by age for 7 days");
    head.leapt = now;
  }
  if (head.leapt != UnixTime{} && (now < head.leapt || now - head.leapt <= kLongestLeap)) {
    head.purged = now;
    return state.write(head, place.keys.head);
  }
  const PurgeOrder order{now - place.config.audit.retention, PurgeOrder::By::kAge, acting_person()};
  const auto purged = purge(desk, state, place, head, order);
  return purged ? done() : Result<void>(purged.error());
}

/// What seal_log() found, for those who should know.
void report(const Desk& desk, const SealingPlace& place, const Sealed& sealed) {
  if (sealed.tell_head) tell_head(sealed.end.head);
  if (sealed.broken.empty()) return;
  const Error error = break_error(place.config, sealed.broken);
  tell_syslog(LOG_ERR, "audit: " + error.text());
  desk.complain(error);
}

Result<Sealed> seal_and_purge(const Desk& desk, const SealingPlace& place) {
  const auto state = AuditState::lock(place.config.store.state_dir);
  if (!state) return state.error();
  auto sealed = seal_log(*state, place);
  if (!sealed) return sealed;
  report(desk, place, *sealed);
  if (sealed->end.state != HeadState::kGood) return sealed;
  const auto purged = purge_by_age(desk, *state, place, sealed->end.head);
  if (!purged) return purged.error();
  return sealed;
}

}  // namespace

Result<AuditKeys> read_audit_keys(const Config& config) {
  const auto keys = KeyFile(config.store.key_file).current();
  if (!keys) return keys.error();
  return derive_audit_keys((*keys)->audit_key());
}

Result<AuditSetting> open_audit(const std::string& config_path) {
  auto config = read_config(config_path);
  if (!config) return config.error();
  if (config->audit.file.empty()) {
    return Error{Error::Code::kConfig, "[audit] file",
                 "is empty: the audit log is in syslog only, which this cannot read",
                 "look for \"audit: {\" in syslog, or name a file"};
  }
  auto keys = read_audit_keys(*config);
  if (!keys) return keys.error();
  return AuditSetting{std::move(*config), std::move(*keys)};
}

Upkeep keep_audit_log(const Desk& desk, const Config& config) {
  if (config.audit.file.empty()) return {};
  const auto keys = read_audit_keys(config);
  if (!keys) {
    desk.complain(keys.error());
    return {0, status_of(keys.error().code)};
  }
  const auto sealed = seal_and_purge(desk, {config, *keys, desk.now()});
  if (!sealed) {
    desk.complain(sealed.error());
    return {0, status_of(sealed.error().code)};
  }
  return {sealed->lines, sealed->broken.empty() ? ExitStatus::kDone : ExitStatus::kStore};
}

Result<Purged> purge_now(const Desk& desk, const AuditSetting& setting, UnixTime before) {
  const SealingPlace place{setting.config, setting.keys, desk.now()};
  const auto state = AuditState::lock(setting.config.store.state_dir);
  if (!state) return state.error();
  const auto sealed = seal_log(*state, place);
  if (!sealed) return sealed.error();
  report(desk, place, *sealed);
  if (sealed->end.state != HeadState::kGood) return Purged{};
  return purge(desk, *state, place, sealed->end.head, {before, PurgeOrder::By::kAdministrator, acting_person()});
}

}  // namespace twinlock
