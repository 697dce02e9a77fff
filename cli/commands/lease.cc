// twinlock lease …: who needs no new code from where, and until when.
#include <algorithm>

#include "account/lease.h"
#include "account/tables.h"
#include "base/clock.h"
#include "cli/commands/commands.h"
#include "cli/record_change.h"
#include "cli/record_view.h"
#include "config/duration.h"

namespace twinlock {
namespace {

struct LeaseOptions {
  std::string user;
  std::string address;
  std::string length = "10h";
  std::string service;
};

using Options = std::shared_ptr<LeaseOptions>;

struct Row {
  std::string user;
  Lease lease;
};

void collect(const std::string& user, const Record& record, const DecisionPolicy& policy, UnixTime now,
             std::vector<Row>& rows) {
  for (const Lease& lease : record.leases) {
    if (is_valid(lease, now, policy)) rows.push_back({user, lease});
  }
}

Json json_of(const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const Row& row : rows) {
    list.push_back({{"user", row.user},
                    {"address", row.lease.client.text()},
                    {"services", services_json(row.lease)},
                    {"granted", json_time(row.lease.granted)},
                    {"until", json_time(row.lease.until)}});
  }
  return list;
}

std::string text_of(const std::vector<Row>& rows) {
  if (rows.empty()) return "No lease holds at the moment.\n";
  Table table({"USER", "ADDRESS", "SERVICES", "GRANTED", "UNTIL"});
  for (const Row& row : rows) {
    table.add({row.user, row.lease.client.text(), std::string(row.lease.opens.view()), local_text(row.lease.granted),
               local_text(row.lease.until)});
  }
  return table.text();
}

/// Everybody's leases; a bad record is named and the list goes on.
Result<ExitStatus> list_all(Desk& desk, Workplace& workplace) {
  std::vector<Row> rows;
  ExitStatus status = ExitStatus::kDone;
  const auto listed = workplace.store->for_each([&](const StoreEntry& entry) {
    if (entry.loaded && !entry.loaded->lost_copy) {
      collect(entry.name, *entry.loaded->record, workplace.policy, desk.now(), rows);
    } else if (!entry.loaded) {
      desk.complain(entry.loaded.error());
      status = status_of(entry.loaded.error().code);
    }
  });
  if (!listed) return listed.error();
  std::ranges::stable_sort(rows, {}, &Row::user);
  return desk.answer(json_of(rows), text_of(rows), status);
}

Result<ExitStatus> list(Desk& desk, const LeaseOptions& options) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  if (options.user.empty()) return list_all(desk, *workplace);
  const auto user = canonical_user(options.user);
  if (!user) return user.error();
  const auto loaded = workplace->store->read(*user);
  if (!loaded) return loaded.error();
  if (!*loaded) return not_enrolled(*user);
  std::vector<Row> rows;
  if (!(*loaded)->lost_copy) collect(user->text(), *(*loaded)->record, workplace->policy, desk.now(), rows);
  return desk.answer(json_of(rows), text_of(rows));
}

Result<LeaseTerms> terms_from(const LeaseOptions& options) {
  const auto length = parse_duration(options.length);
  if (!length) return Error{Error::Code::kUsage, "--for", length.error().why, length.error().mend};
  if (*length <= Seconds(0) || *length > kMaxGrantedLease) {
    return Error{Error::Code::kUsage, "--for", "is not between 1s and 31d", ""};
  }
  const auto service = ServiceName::parse(options.service.empty() ? "samba" : options.service);
  if (!service) return service.error();
  return LeaseTerms{{}, *length, {*service}};
}

Result<ClientKey> client_from(const LeaseOptions& options, const Config& config) {
  const auto address = Address::parse(options.address);
  if (!address) return Error{Error::Code::kUsage, "--address", address.error().why, address.error().mend};
  return Network::around(*address, config.prefixes);
}

Result<ExitStatus> grant(Desk& desk, const LeaseOptions& options) {
  const auto terms = terms_from(options);
  if (!terms) return terms.error();
  auto change = begin_change(desk, options.user);
  if (!change) return change.error();
  const auto client = client_from(options, change->workplace.config);
  if (!client) return client.error();
  grant_lease(*change->record, *terms, *client, desk.now());
  const std::string address = client->text();
  const Act act{.event = "lease grant", .user = change->user, .service = terms->opens[0].text(), .address = address};
  if (const auto saved = finish_change(desk, *change, act); !saved) return saved.error();
  std::vector<Row> rows;
  collect(change->user.text(), *change->record, change->workplace.policy, desk.now(), rows);
  return desk.answer(json_of(rows), text_of(rows));
}

bool opens(const Lease& lease, const std::string& service) {
  const auto services = services_of(lease);
  return service.empty() ||
         std::ranges::any_of(services, [&](const ServiceName& name) { return name.text() == service; });
}

/// Ends what matches and says how many those were.
int revoke_in(Record& record, const ClientKey& client, const std::string& service) {
  int revoked = 0;
  for (Lease& lease : record.leases) {
    if (!lease.used() || lease.client != client || !opens(lease, service)) continue;
    lease = {};
    ++revoked;
  }
  return revoked;
}

Result<ExitStatus> revoke(Desk& desk, const LeaseOptions& options) {
  auto change = begin_change(desk, options.user);
  if (!change) return change.error();
  const auto client = client_from(options, change->workplace.config);
  if (!client) return client.error();
  const int revoked = revoke_in(*change->record, *client, options.service);
  change->record->proofs = {};  // a login under way would bring it back
  const std::string address = client->text();
  const Act act{.event = "lease revoke", .user = change->user, .service = options.service, .address = address};
  if (const auto saved = finish_change(desk, *change, act); !saved) return saved.error();
  return desk.answer({{"user", change->user.text()}, {"revoked", revoked}}, std::to_string(revoked) + " ended\n");
}

}  // namespace

void add_lease(Grammar& grammar) {
  const Options options = std::make_shared<LeaseOptions>();
  grammar.command("lease list", "list the leases that hold now", [=](Desk& desk) { return list(desk, *options); })
      .optional_user(options->user);
  grammar
      .command("lease grant", "let a user in from an address without a new code",
               [=](Desk& desk) { return grant(desk, *options); })
      .user(options->user)
      .required_text("--address", options->address, "the client's address")
      .text("--for", options->length, "how long, up to 31d (10h)")
      .text("--service", options->service, "the service that it opens (samba)");
  grammar
      .command("lease revoke", "end a user's leases at an address", [=](Desk& desk) { return revoke(desk, *options); })
      .user(options->user)
      .required_text("--address", options->address, "the client's address")
      .text("--service", options->service, "only those that open this service");
}

}  // namespace twinlock
