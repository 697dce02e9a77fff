#include "cli/doctor/rule_verdict.h"

#include <algorithm>

#include "cli/doctor/crowd.h"

namespace twinlock {
namespace {

constexpr int kWidestOfIpv4 = 8;  // bits
constexpr int kWidestOfIpv6 = 7;

class Judge {
 public:
  Judge(const std::vector<Rule>& rules, const RuleWorld& world, Findings& findings)
      : rules_(rules), world_(world), findings_(findings) {}

  void judge_all() {
    for (const Rule& rule : rules_) {
      judge_people(rule);
      judge_until(rule);
      judge_openness(rule);
      judge_networks(rule);
      judge_order(rule);
    }
    conclude();
  }

 private:
  std::string name_of_rule(const Rule& rule) const {
    const std::string place = world_.config_path + ":" + std::to_string(rule.line);
    return rule.name.empty() ? place + ": the rule" : place + ": the rule \"" + rule.name + "\"";
  }

  static bool spares(const Rule& rule) { return rule.action == Action::kExempt || rule.action == Action::kObserve; }

  bool is_over(const Rule& rule) const { return rule.until && world_.today > *rule.until; }

  void judge_people(const Rule& rule) {
    const auto known = [&](const Username& user) { return world_.user_exists(std::string(user.text())); };
    if (!rule.users.empty() && std::ranges::none_of(rule.users, known)) {
      findings_.warn("rules.nobody", name_of_rule(rule) + " matches nobody: the system knows none of its users",
                     "mend the names, or delete the rule");
    }
    for (const std::string& group : rule.groups) {
      if (!world_.group_exists(group)) {
        findings_.fail("rules.group",
                       name_of_rule(rule) + " names the group " + group +
                           ", which the system cannot resolve: whoever comes to it is refused",
                       "mend the name, or create the group: getent group " + group);
      } else if (world_.group_is_empty(group)) {
        findings_.warn("rules.nobody", name_of_rule(rule) + " matches nobody: the group " + group + " is empty",
                       "add members, or delete the rule");
      }
    }
  }

  void judge_until(const Rule& rule) {
    if (is_over(rule)) {
      findings_.warn("rules.over", name_of_rule(rule) + " is over (until) and no longer counts",
                     "delete it, or set a new date");
    } else if (rule.action == Action::kObserve && !rule.until) {
      findings_.warn("rules.open",
                     name_of_rule(rule) + " observes without an end: people without a phone pass for ever",
                     "add the last day: until = 2027-01-31");
    }
  }

  /// Two halves are the whole: nobody's own network is wider than 10.0.0.0/8 or fc00::/7.
  static bool is_everywhere_in_effect(const Network& network) {
    return network.bits() < (network.base().family() == Address::Family::kIpv4 ? kWidestOfIpv4 : kWidestOfIpv6);
  }

  static bool is_everywhere(const Rule& rule) {
    return rule.networks.empty() || std::ranges::any_of(rule.networks, is_everywhere_in_effect);
  }

  void judge_openness(const Rule& rule) {
    if (rule.action != Action::kExempt || is_over(rule) || !is_everywhere(rule)) return;
    if (rule.users.empty() && rule.groups.empty()) {
      findings_.fail("rules.everybody",
                     name_of_rule(rule) + " exempts everybody everywhere: nobody is asked for a code",
                     "add networks, users or groups, or delete the rule");
    } else if (!rule.until) {
      findings_.warn("rules.open", name_of_rule(rule) + " exempts people everywhere and has no end",
                     "add networks, or the last day: until = 2027-01-31");
    }
  }

  void judge_networks(const Rule& rule) {
    if (!spares(rule) || is_over(rule)) return;
    for (const Network& network : rule.networks) {
      judge_own_address(rule, network);
      judge_bastion(rule, network);
    }
  }

  /// A login leaves this host's own addresses out of every wider network (policy/rules.h): only one that is written by
  /// itself spares codes there, unless a rule before it decides.
  void judge_own_address(const Rule& rule, const Network& network) {
    const Address& own = network.base();
    const bool is_own = own.is_loopback() || std::ranges::find(world_.own_addresses, own) != world_.own_addresses.end();
    if (!network.is_single_address() || !is_own || is_decided_before(rule, own)) return;
    findings_.warn(
        "rules.own-address",
        name_of_rule(rule) + " spares codes at " + own.text() +
            ", this server's own address: whoever gets through it, by a tunnel or as a jump host, needs none",
        "delete that address from the rule; or put before it: [[rule]] networks = [\"" + own.text() +
            "\"] action = \"require\"");
  }

  /// Whether for everybody whom `rule` is about an earlier one asks for a code at that address, or denies.
  bool is_decided_before(const Rule& rule, const Address& address) const {
    for (const Rule& earlier : rules_) {
      if (&earlier == &rule) return false;
      const bool is_there =
          earlier.networks.empty() || std::ranges::any_of(earlier.networks, [&](const Network& network) {
            return network.is_single_address() && network.contains(address);
          });
      if (is_there && !is_over(earlier) && !spares(earlier) && earlier.groups.empty() &&
          covers(earlier.services, rule.services) && covers(earlier.users, rule.users))
        return true;
    }
    return false;
  }

  void judge_bastion(const Rule& rule, const Network& network) {
    for (const auto& [address, users] : world_.seen) {
      if (users.size() < kSeveral || !network.contains(address)) continue;
      findings_.warn("rules.bastion",
                     name_of_rule(rule) + " spares codes at " + address.text() + ", from where " +
                         std::to_string(users.size()) +
                         " people log in: a bastion or NAT, behind which anybody may sit",
                     "leave that address out of the networks");
    }
  }

  template <typename T>
  static bool overlap(const std::vector<T>& a, const std::vector<T>& b) {
    return a.empty() || b.empty() ||
           std::ranges::any_of(a, [&](const T& one) { return std::ranges::find(b, one) != b.end(); });
  }

  template <typename T>
  static bool covers(const std::vector<T>& wide, const std::vector<T>& narrow) {
    return wide.empty() || (!narrow.empty() && std::ranges::all_of(narrow, [&](const T& one) {
             return std::ranges::find(wide, one) != wide.end();
           }));
  }

  static bool covers_networks(const Rule& wide, const Rule& narrow) {
    if (wide.networks.empty()) return true;
    return !narrow.networks.empty() && std::ranges::all_of(narrow.networks, [&](const Network& inner) {
      return std::ranges::any_of(wide.networks, [&](const Network& outer) {
        return outer.bits() <= inner.bits() && outer.contains(inner.base());
      });
    });
  }

  void judge_order(const Rule& rule) {
    for (const Rule& earlier : rules_) {
      if (&earlier == &rule) return;
      if (is_over(earlier)) continue;
      if (covers(earlier.services, rule.services) && covers(earlier.users, rule.users) &&
          covers(earlier.groups, rule.groups) && covers_networks(earlier, rule)) {
        findings_.warn(
            "rules.shadowed",
            name_of_rule(rule) + " never comes to its turn: line " + std::to_string(earlier.line) + " decides first",
            "put it before that rule, or delete it");
        return;
      }
      if (spares(rule) && !earlier.groups.empty() && earlier.action != rule.action &&
          overlap(earlier.services, rule.services) && overlap(earlier.users, rule.users)) {
        findings_.warn("rules.behind-group",
                       name_of_rule(rule) + " stands behind one for groups (line " + std::to_string(earlier.line) +
                           "): members are decided there, and when the group cannot be looked up everybody is refused",
                       "put it first, if it is meant for members too");
        return;
      }
    }
  }

  /// For the sentence at the end: codes are spared on purpose.
  void count_spared() {
    const auto holds = [&](const Rule& rule) { return spares(rule) && !is_over(rule); };
    const auto count = std::ranges::count_if(rules_, holds);
    if (count > 0) findings_.ok("rules.spare", "rules spare codes on purpose: " + std::to_string(count));
  }

  void conclude() {
    count_spared();
    findings_.conclude("rules.group", "the system knows every group that a rule names");
    findings_.conclude("rules.nobody", "every rule matches somebody");
    findings_.conclude("rules.everybody", "no rule exempts everybody");
    findings_.conclude("rules.open", "no rule that spares codes stands open for ever");
    findings_.conclude("rules.over", "no rule is over");
    findings_.conclude("rules.own-address", "at this server's own addresses no rule spares codes");
    findings_.conclude("rules.bastion", "no network that spares codes holds an address of several people");
    findings_.conclude("rules.shadowed", "every rule can come to its turn");
    findings_.conclude("rules.behind-group", "no exempt or observe rule stands behind one for groups");
  }

  const std::vector<Rule>& rules_;
  const RuleWorld& world_;
  Findings& findings_;
};

}  // namespace

void judge_rules(const std::vector<Rule>& rules, const RuleWorld& world, Findings& findings) {
  Judge(rules, world, findings).judge_all();
}

}  // namespace twinlock
