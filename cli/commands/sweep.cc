// twinlock sweep: what must happen in time although nobody logs in. A systemd timer runs it every minute.
#include "base/clock.h"
#include "cli/audit/audit_desk.h"
#include "cli/commands/commands.h"
#include "cli/last_sweep.h"
#include "cli/live_view.h"
#include "cli/setup/rollback.h"
#include "config/config_reader.h"
#include "live/code_stash.h"
#include "login/settled.h"

namespace twinlock {
namespace {

constexpr std::string_view kSshd = "sshd";  // an administrator ends its sessions: twinlock revoke

/// Whether the lease that carries the session has ended; a rule that asks for no code carries it as well. A session
/// that its own code carries ends where its user was disabled.
Result<bool> has_run_out(const Workplace& workplace, const LiveSession& session, UnixTime now) {
  if (session.service.text() == kSshd) return false;
  const auto login = make_login(session.user.text(), session.service.text(), session.address, now);
  if (!login) return login.error();
  const auto settled = settled_without_code(workplace, *login);
  if (!settled) return settled.error();
  if (session.basis == LiveSession::Basis::kLogin) return *settled == Verdict::kDisabled;
  return !*settled || !lets_in(**settled);
}

/// The sessions that have run out. A record that cannot be read is named and cuts nobody off: it may be mended, and
/// the next sweep is near.
std::vector<LiveSession> run_out(const Desk& desk, const Workplace& workplace, const std::vector<LiveSession>& all,
                                 ExitStatus& status) {
  std::vector<LiveSession> over;
  for (const LiveSession& session : all) {
    const auto out = has_run_out(workplace, session, desk.now());
    if (!out) {
      desk.complain(out.error());
      status = status_of(out.error().code);
    } else if (*out) {
      over.push_back(session);
    }
  }
  return over;
}

Result<int> clear_stashes(const Config& config) {
  const auto stashes = RunDirectory::open(config.store.run_dir, kStashDirectory);
  if (!stashes) return stashes.error();
  return sweep_stashes(*stashes, milliseconds_since_boot());
}

void write_down(const Desk& desk, const Config& config, const std::vector<LiveSession>& cut) {
  for (const LiveSession& session : cut) {
    const std::string address = session.address.text();
    desk.write_down(config, {.event = "cut",
                             .user = session.user,
                             .service = session.service.text(),
                             .address = address,
                             .detail = "the lease has ended, or the user is disabled"});
  }
}

/// First of all, and also where nothing else of ours can be read: that may be why nobody gets in.
std::vector<std::string> roll_back(const Desk& desk, ExitStatus& status) {
  auto restored = roll_back_overdue(desk, find_journal(desk.config_path()));
  if (restored) return std::move(*restored);
  desk.complain(restored.error());
  status = status_of(restored.error().code);
  return {};
}

Result<ExitStatus> sweep(Desk& desk) {
  ExitStatus status = ExitStatus::kDone;
  const std::vector<std::string> restored = roll_back(desk, status);
  const auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto all = read_live_sessions(workplace->config);
  if (!all) return all.error();
  const Cut cut = cut_connections(run_out(desk, *workplace, *all, status), *all);
  if (!cut.remaining.empty()) status = status_of(cut);
  write_down(desk, workplace->config, cut.cut);
  const Upkeep upkeep = keep_audit_log(desk, workplace->config);
  if (status == ExitStatus::kDone) status = upkeep.status;
  const auto stashes = clear_stashes(workplace->config);
  if (!stashes) return stashes.error();
  if (const auto noted = write_last_sweep(workplace->config, milliseconds_since_boot()); !noted) return noted.error();
  Json answer = json_of(cut);
  answer["stashes"] = *stashes;
  answer["sealed"] = upkeep.sealed;
  if (!restored.empty()) answer["restored"] = restored;
  return desk.answer(answer, sentences_of(cut), status);
}

}  // namespace

void add_sweep(Grammar& grammar) {
  grammar.command("sweep", "cut connections whose lease has ended, seal the audit log, tidy up (for a timer)", sweep);
}

}  // namespace twinlock
