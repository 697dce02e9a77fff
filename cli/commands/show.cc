// twinlock show USER: everything about one user that is no secret.
#include <algorithm>

#include "account/lease.h"
#include "account/recovery.h"
#include "account/tables.h"
#include "account/throttle.h"
#include "base/clock.h"
#include "cli/commands/commands.h"
#include "cli/record_view.h"

namespace twinlock {
namespace {

struct View {
  const Username& user;
  const Record& record;
  const DecisionPolicy& policy;
  UnixTime now;
};

/// Where codes are not looked at now, and until when. All addresses without a recent login share one row.
std::vector<std::pair<std::string, UnixTime>> waits_of(const View& view) {
  std::vector<std::pair<std::string, UnixTime>> waits;
  const auto add = [&](const std::string& name, const ClientKey& client) {
    const auto until = throttled_until(view.record, client, view.now, view.policy.throttle);
    if (until) waits.emplace_back(name, *until);
  };
  std::vector<ClientKey> clients;
  for (const ThrottleRow& row : view.record.throttle) {
    if (row.used()) clients.push_back(row.client);
  }
  for (const KnownAddress& known : view.record.known) {
    if (known.used() && std::ranges::find(clients, known.client) == clients.end()) clients.push_back(known.client);
  }
  for (const ClientKey& client : clients) add(client.text(), client);
  const auto unknown = budget_empty_until(view.record.unknown_budget, view.now, view.policy.throttle.unknown);
  if (unknown) waits.emplace_back("unknown addresses", *unknown);
  return waits;
}

std::vector<const Lease*> valid_leases(const View& view) {
  std::vector<const Lease*> leases;
  for (const Lease& lease : view.record.leases) {
    if (is_valid(lease, view.now, view.policy)) leases.push_back(&lease);
  }
  return leases;
}

Json json_of(const View& view) {
  Json waits = Json::array();
  for (const auto& [address, until] : waits_of(view))
    waits.push_back({{"address", address}, {"until", json_time(until)}});
  Json leases = Json::array();
  for (const Lease* lease : valid_leases(view)) {
    leases.push_back(
        {{"address", lease->client.text()}, {"services", services_json(*lease)}, {"until", json_time(lease->until)}});
  }
  return {{"user", view.user.text()},
          {"state", std::string(state_of(view.record))},
          {"tokens", tokens_json(view.record)},
          {"recovery_codes_left", recovery_codes_left(view.record)},
          {"throttle", waits},
          {"leases", leases}};
}

std::string text_of(const View& view) {
  std::string text =
      printable(view.user.text()) + ": " + std::string(state_of(view.record)) + "\n\n" + tokens_text(view.record);
  text += "\nRecovery codes left: " + std::to_string(recovery_codes_left(view.record)) + "\n";
  for (const auto& [address, until] : waits_of(view)) {
    text += "No token code is looked at from " + address + " until " + local_text(until) + "\n";
  }
  for (const Lease* lease : valid_leases(view)) {
    text += "Lease for " + lease->client.text() + " until " + local_text(lease->until) + " (" +
            printable(lease->opens.view()) + ")\n";
  }
  return text;
}

Result<ExitStatus> show(Desk& desk, const std::string& typed) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto user = canonical_user(typed);
  if (!user) return user.error();
  const auto loaded = workplace->store->read(*user);
  if (!loaded) return loaded.error();
  if (!*loaded) return not_enrolled(*user);
  const View view{*user, *(*loaded)->record, workplace->policy, desk.now()};
  return desk.answer(json_of(view), text_of(view));
}

}  // namespace

void add_show(Grammar& grammar) {
  const auto user = std::make_shared<std::string>();
  grammar.command("show", "show a user's tokens, waits and leases", [user](Desk& desk) { return show(desk, *user); })
      .user(*user);
}

}  // namespace twinlock
