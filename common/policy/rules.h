// Rules: who needs a code where. Pure: what NSS and the network interfaces say comes in as values and callbacks.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "account/action.h"
#include "base/address.h"
#include "base/result.h"
#include "base/service_name.h"
#include "base/time.h"
#include "base/username.h"

namespace twinlock {

/// One [[rule]]. It matches where each of its lists does: an empty list always, another one by any of its members.
struct Rule {
  std::string name;
  std::vector<ServiceName> services;
  std::vector<Username> users;
  std::vector<std::string> groups;
  std::vector<Network> networks;
  Action action = Action::kRequire;
  std::optional<CivilDate> until;  ///< Last day on which it holds, in the server's time zone.
  int line = 0;                    ///< In the configuration file, for messages.
  bool operator==(const Rule&) const = default;
};

struct LoginFacts {
  const Username& user;
  ServiceName service;
  Address address;
  CivilDate today;
  /// Whether `address` is one of this host's own; loopback counts as such by itself.
  bool address_is_own = false;
};

/// Whether the login's user is in `group`. An Error where NSS cannot say, also when it knows no such group.
using GroupLookup = std::function<Result<bool>(const std::string& group)>;

struct RuleOutcome {
  Action action = Action::kRequire;
  const Rule* rule = nullptr;  ///< nullptr: no rule matched.
};

/// The first rule that matches decides; none: kRequire. Groups are looked up only where all else of a rule matches.
/// Loopback and the host's own addresses are in no network, unless that single address is written: else whoever
/// tunnels through this host would come from the office. The address `local` is in no network.
/// An Error of the lookup is passed on: the caller denies.
[[nodiscard]] Result<RuleOutcome> find_rule(const std::vector<Rule>& rules, const LoginFacts& facts,
                                            const GroupLookup& in_group);

}  // namespace twinlock
