// The key, and the health of every record.
#include <algorithm>

#include "cli/doctor/examination.h"
#include "cli/doctor/group_members.h"

namespace twinlock {
namespace {

constexpr std::size_t kMostNames = 5;

/// Names of records with one flaw, told in one finding.
struct Named {
  std::vector<std::string> names;

  [[nodiscard]] bool any() const { return !names.empty(); }
  [[nodiscard]] std::string text() const {
    std::string list;
    for (std::size_t at = 0; at < std::min(names.size(), kMostNames); ++at) list += (at == 0 ? "" : ", ") + names[at];
    return names.size() > kMostNames ? list + " and " + std::to_string(names.size() - kMostNames) + " more" : list;
  }
};

struct Flaws {
  Named unreadable;
  std::string why;  ///< Of the first of them.
  Named half_lost;
  Named orphans;
  Named on_loopback;
};

bool is_invited(const Record& record, UnixTime now) {
  return record.invitation.present && record.invitation.until > now;
}

bool has_active_token(const Record& record) {
  return std::ranges::any_of(record.tokens, [](const Token& token) { return token.state == Token::State::kActive; });
}

/// The account is gone, or has become another one.
bool is_orphan(const std::string& name, const Record& record) {
  const auto account = find_account(name);
  if (!account) return false;  // NSS fails: no word about this one
  return !*account || (record.uid_bound && (*account)->uid != record.uid);
}

/// What holds at this host's own address holds for whoever tunnels through it.
bool has_own_lease(const Record& record, UnixTime now) {
  return std::ranges::any_of(record.leases, [&](const Lease& lease) {
    if (!lease.used() || lease.until <= now) return false;
    const auto own = is_own_address(lease.client.base());
    return lease.client.base().is_loopback() || (own && *own);
  });
}

void look_at_record(const StoreEntry& entry, UnixTime now, Census& census, Flaws& flaws) {
  if (!entry.loaded) {
    if (!flaws.unreadable.any()) flaws.why = flaw_of(entry.loaded.error());
    flaws.unreadable.names.push_back(entry.name);
    return;
  }
  const Record& record = *entry.loaded->record;
  if (entry.loaded->lost_copy) flaws.half_lost.names.push_back(entry.name);
  if (is_orphan(entry.name, record)) flaws.orphans.names.push_back(entry.name);
  if (has_own_lease(record, now)) flaws.on_loopback.names.push_back(entry.name);
  if (is_invited(record, now)) ++census.invited;
  if (is_orphan(entry.name, record) || !has_active_token(record)) return;
  census.with_token.insert(entry.name);
  const auto rank = [](const std::string& name) { return std::pair(is_root_account(name), name); };
  if (!census.first_user || rank(entry.name) < rank(*census.first_user)) census.first_user = entry.name;
}

void tell(const Flaws& flaws, Findings& findings) {
  if (flaws.unreadable.any()) {
    findings.fail(
        "record.health",
        "records that cannot be read, whose users are refused: " + flaws.unreadable.text() + " (" + flaws.why + ")",
        "put them back: twinlock restore FILE; or give up what they held: twinlock remove USER, twinlock enrol USER");
  }
  if (flaws.half_lost.any()) {
    findings.warn("record.copies", "records of which one copy is damaged: " + flaws.half_lost.text(),
                  "the next login or `twinlock check USER` repairs it; look at the disk, too");
  }
  if (flaws.orphans.any()) {
    findings.warn("record.orphans", "records whose account is gone or another one now: " + flaws.orphans.text(),
                  "twinlock remove USER, or twinlock rename OLD NEW");
  }
  if (flaws.on_loopback.any()) {
    findings.warn(
        "lease.own-address",
        "leases at this server's own address, good for whoever tunnels through it: " + flaws.on_loopback.text(),
        "twinlock show USER, then: twinlock lease revoke USER --address ADDRESS");
  }
  findings.conclude("record.health", "every record can be read");
  findings.conclude("record.copies", "every record has both copies");
  findings.conclude("record.orphans", "every record belongs to an account");
  findings.conclude("lease.own-address", "no lease holds at this server's own addresses");
}

}  // namespace

void examine_records(Examination& exam) {
  if (!exam.config) return;
  auto workplace = open_workplace(*exam.config);
  if (!workplace) {
    exam.findings.fail("key.readable", flaw_of(workplace.error()) + ": every login is refused",
                       "put the key file back from a backup; on a new server: twinlock init");
    return;
  }
  exam.findings.ok("key.readable", exam.config->store.key_file + " can be read");
  Flaws flaws;
  const auto visited = workplace->store->for_each(
      [&](const StoreEntry& entry) { look_at_record(entry, exam.desk.now(), exam.census, flaws); });
  if (!visited) {
    exam.findings.fail("record.health", flaw_of(visited.error()) + ": every login is refused", "run: twinlock init");
  }
  tell(flaws, exam.findings);
}

}  // namespace twinlock
