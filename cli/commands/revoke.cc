// twinlock revoke USER: ends the leases and cuts the connections, at one address or everywhere.
#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/live_view.h"
#include "cli/record_change.h"

namespace twinlock {
namespace {

struct RevokeOptions {
  std::string user;
  std::string address;  ///< Empty: everywhere.
};

/// Whom a revocation is about.
struct Target {
  Username user;
  std::optional<ClientKey> client;  ///< nullopt: wherever.

  [[nodiscard]] bool covers(const ClientKey& other) const { return !client || *client == other; }
};

Result<Target> target_from(const RevokeOptions& options, const Config& config) {
  const auto user = canonical_user(options.user);
  if (!user) return user.error();
  if (options.address.empty()) return Target{*user, std::nullopt};
  const auto address = Address::parse(options.address);
  if (!address) return Error{Error::Code::kUsage, "--address", address.error().why, address.error().mend};
  return Target{*user, Network::around(*address, config.prefixes)};
}

/// How many leases ended; nullopt: the user has no record.
Result<std::optional<int>> end_leases(Workplace& workplace, const Target& target) {
  const auto locked = open_record_if_any(workplace, target.user);
  if (!locked) return locked.error();
  if (*locked == nullptr) return std::optional<int>();
  SecretRecord record = (*locked)->loaded().record;
  int ended = 0;
  for (Lease& lease : record->leases) {
    if (!lease.used() || !target.covers(lease.client)) continue;
    lease = {};
    ++ended;
  }
  record->proofs = {};  // a login under way would earn another lease
  const auto saved = (*locked)->save(record, Copies::kBoth, Durability::kFlushed);
  if (!saved) return saved.error();
  return std::optional(ended);
}

Result<Cut> cut_sessions(const Config& config, const Target& target) {
  const auto all = read_live_sessions(config);
  if (!all) return all.error();
  std::vector<LiveSession> chosen;
  std::ranges::copy_if(*all, std::back_inserter(chosen), [&](const LiveSession& session) {
    return session.user == target.user && target.covers(Network::around(session.address, config.prefixes));
  });
  return cut_connections(chosen, *all);
}

std::string summary_of(const Cut& cut) {
  const std::string remaining =
      cut.remaining.empty() ? "" : ", " + std::to_string(cut.remaining.size()) + " could not be cut";
  return std::to_string(cut.cut.size()) + " cut" + remaining;
}

Result<ExitStatus> revoke(Desk& desk, const RevokeOptions& options) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto target = target_from(options, workplace->config);
  if (!target) return target.error();
  const auto ended = end_leases(*workplace, *target);  // first: whoever connects again finds none
  if (!ended) desk.complain(ended.error());            // and is refused, so the connections can go all the same
  const auto cut = cut_sessions(workplace->config, *target);
  const bool is_unknown = ended && !*ended;
  if (is_unknown && cut && cut->cut.empty() && cut->remaining.empty()) return not_enrolled(target->user);

  const std::string address = target->client ? target->client->text() : "";
  const std::string detail = cut ? summary_of(*cut) : cut.error().text();
  desk.write_down(workplace->config, {.event = "revoke", .user = target->user, .address = address, .detail = detail});
  if (!cut) return cut.error();
  const int leases = ended ? ended->value_or(0) : 0;
  Json answer = {{"user", target->user.text()}, {"revoked", leases}};
  answer.update(json_of(*cut));
  return desk.answer(answer,
                     std::to_string(leases) + (leases == 1 ? " lease" : " leases") + " ended\n" + sentences_of(*cut),
                     ended ? status_of(*cut) : status_of(ended.error().code));
}

}  // namespace

void add_revoke(Grammar& grammar) {
  const auto options = std::make_shared<RevokeOptions>();
  grammar
      .command("revoke", "end a user's leases and cut the connections",
               [=](Desk& desk) { return revoke(desk, *options); })
      .user(options->user)
      .text("--address", options->address, "only those of this client");
}

}  // namespace twinlock
