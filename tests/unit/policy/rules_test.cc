#include "policy/rules.h"

#include <gtest/gtest.h>

namespace twinlock {
namespace {

constexpr CivilDate kToday{2026, 11, 23};

Username user(std::string_view name) { return *Username::parse(name); }
ServiceName service(std::string_view name) { return *ServiceName::parse(name); }
Address address(std::string_view text) { return *Address::parse(text); }
Network network(std::string_view text) { return *Network::parse(text); }

Rule rule(Action action) {
  Rule made;
  made.name = "rule";
  made.action = action;
  return made;
}

/// alice at sshd from 192.0.2.7, changed as a test needs it.
struct Login {
  Username who = user("alice");
  ServiceName service = twinlock::service("sshd");
  Address from = address("192.0.2.7");
  CivilDate today = kToday;
  bool from_is_own = false;

  [[nodiscard]] LoginFacts facts() const { return {who, service, from, today, from_is_own}; }
};

/// Knows the group "staff", whose only member everybody is or nobody; remembers what it was asked.
class Groups {
 public:
  enum class Staff { kEverybody, kNobody };
  explicit Groups(Staff staff) : staff_(staff) {}

  GroupLookup lookup() {
    return [this](const std::string& group) -> Result<bool> {
      asked_.push_back(group);
      if (group == "others") return false;
      if (group == "staff") return staff_ == Staff::kEverybody;
      return Error{Error::Code::kConfig, "group " + group, "is not known", ""};
    };
  }
  [[nodiscard]] const std::vector<std::string>& asked() const { return asked_; }

 private:
  Staff staff_;
  std::vector<std::string> asked_;
};

RuleOutcome outcome(const std::vector<Rule>& rules, const Login& login = {}) {
  Groups nobody(Groups::Staff::kNobody);
  return *find_rule(rules, login.facts(), nobody.lookup());
}

bool matches(const Rule& rule, const Login& login = {}) { return outcome({rule}, login).rule != nullptr; }

TEST(FindRule, RequiresACodeWhereThereAreNoRules) {
  const auto none = outcome({});
  EXPECT_EQ(none.action, Action::kRequire);
  EXPECT_EQ(none.rule, nullptr);
}

TEST(FindRule, RequiresACodeWhereNoRuleMatches) {
  Rule other = rule(Action::kExempt);
  other.users = {user("bob")};
  const auto none = outcome({other});
  EXPECT_EQ(none.action, Action::kRequire);
  EXPECT_EQ(none.rule, nullptr);
}

TEST(FindRule, LetsAnEmptyRuleMatchAnything) {
  for (const auto action : {Action::kRequire, Action::kExempt, Action::kDeny, Action::kObserve}) {
    EXPECT_EQ(outcome({rule(action)}).action, action);
  }
}

TEST(FindRule, TakesTheFirstThatMatches) {
  Rule for_bob = rule(Action::kExempt);
  for_bob.users = {user("bob")};
  const std::vector<Rule> rules = {for_bob, rule(Action::kObserve), rule(Action::kDeny)};
  const auto found = outcome(rules);
  EXPECT_EQ(found.action, Action::kObserve);
  EXPECT_EQ(found.rule, &rules[1]);
}

TEST(FindRule, MatchesAnyOfTheServices) {
  Rule limited = rule(Action::kExempt);
  limited.services = {service("samba"), service("sshd")};
  EXPECT_TRUE(matches(limited));
  EXPECT_FALSE(matches(limited, {.service = service("su")}));
  EXPECT_FALSE(matches(limited, {.service = ServiceName()}));
}

TEST(FindRule, MatchesAnyOfTheUsersToTheLetter) {
  Rule limited = rule(Action::kExempt);
  limited.users = {user("bob"), user("alice")};
  EXPECT_TRUE(matches(limited));
  EXPECT_FALSE(matches(limited, {.who = user("carol")}));
  EXPECT_FALSE(matches(limited, {.who = user("Alice")}));
}

TEST(FindRule, MatchesAnyOfTheNetworks) {
  Rule limited = rule(Action::kExempt);
  limited.networks = {network("2001:db8::/32"), network("192.0.2.0/24")};
  EXPECT_TRUE(matches(limited));
  EXPECT_TRUE(matches(limited, {.from = address("2001:db8::1")}));
  EXPECT_TRUE(matches(limited, {.from = address("::ffff:192.0.2.9")}));
  EXPECT_FALSE(matches(limited, {.from = address("198.51.100.1")}));
}

TEST(FindRule, HasNoNetworkForLocalLogins) {
  Rule limited = rule(Action::kExempt);
  limited.networks = {network("0.0.0.0/0"), network("::/0")};
  EXPECT_FALSE(matches(limited, {.from = Address()}));
  EXPECT_TRUE(matches(rule(Action::kExempt), {.from = Address()}));
}

TEST(FindRule, WantsEveryListToMatch) {
  Rule limited = rule(Action::kExempt);
  limited.services = {service("sshd")};
  limited.users = {user("alice")};
  limited.networks = {network("192.0.2.0/24")};
  EXPECT_TRUE(matches(limited));
  EXPECT_FALSE(matches(limited, {.who = user("bob")}));
  EXPECT_FALSE(matches(limited, {.service = service("samba")}));
  EXPECT_FALSE(matches(limited, {.from = address("198.51.100.1")}));
}

TEST(FindRule, FindsLoopbackInNoNetwork) {
  Rule wide = rule(Action::kExempt);
  wide.networks = {network("127.0.0.0/8"), network("0.0.0.0/0"), network("::/0"), network("127.0.0.0/31")};
  EXPECT_FALSE(matches(wide, {.from = address("127.0.0.1")}));
  EXPECT_FALSE(matches(wide, {.from = address("::1")}));
}

TEST(FindRule, FindsLoopbackWhereThatSingleAddressIsWritten) {
  Rule single = rule(Action::kExempt);
  single.networks = {network("127.0.0.1"), network("::1/128")};
  EXPECT_TRUE(matches(single, {.from = address("127.0.0.1")}));
  EXPECT_TRUE(matches(single, {.from = address("::1")}));
  EXPECT_FALSE(matches(single, {.from = address("127.0.0.2")}));
}

TEST(FindRule, FindsTheHostsOwnAddressInNoNetwork) {
  Rule wide = rule(Action::kExempt);
  wide.networks = {network("192.0.2.0/24"), network("2001:db8::/64")};
  EXPECT_FALSE(matches(wide, {.from_is_own = true}));
  EXPECT_FALSE(matches(wide, {.from = address("2001:db8::7"), .from_is_own = true}));
}

TEST(FindRule, FindsTheHostsOwnAddressWhereItIsWritten) {
  Rule single = rule(Action::kExempt);
  single.networks = {network("192.0.2.0/24"), network("192.0.2.7/32")};
  EXPECT_TRUE(matches(single, {.from_is_own = true}));
}

TEST(FindRule, MatchesLoopbackWhereNoNetworkIsWritten) {
  EXPECT_TRUE(matches(rule(Action::kExempt), {.from = address("127.0.0.1")}));
  EXPECT_TRUE(matches(rule(Action::kExempt), {.from_is_own = true}));
}

TEST(FindRule, HoldsOnItsLastDayAndNotAfterIt) {
  Rule limited = rule(Action::kExempt);
  limited.until = kToday;
  EXPECT_TRUE(matches(limited, {.today = {2026, 11, 22}}));
  EXPECT_TRUE(matches(limited, {.today = {2025, 12, 31}}));
  EXPECT_TRUE(matches(limited, {.today = {2026, 11, 23}}));
  EXPECT_FALSE(matches(limited, {.today = {2026, 11, 24}}));
  EXPECT_FALSE(matches(limited, {.today = {2026, 12, 1}}));
  EXPECT_FALSE(matches(limited, {.today = {2027, 1, 1}}));
}

TEST(FindRule, FallsThroughToTheNextRuleWhenOneIsOver) {
  Rule over = rule(Action::kExempt);
  over.until = CivilDate{2026, 11, 22};
  EXPECT_EQ(outcome({over, rule(Action::kDeny)}).action, Action::kDeny);
}

TEST(FindRule, MatchesMembersOfAnyOfTheGroups) {
  Rule for_staff = rule(Action::kExempt);
  for_staff.groups = {"others", "staff"};
  Groups members(Groups::Staff::kEverybody);
  EXPECT_EQ(find_rule({for_staff}, Login().facts(), members.lookup())->action, Action::kExempt);
  EXPECT_EQ(members.asked(), (std::vector<std::string>{"others", "staff"}));
}

TEST(FindRule, MatchesNobodyOutsideOfTheGroups) {
  Rule for_staff = rule(Action::kExempt);
  for_staff.groups = {"others", "staff"};
  Groups strangers(Groups::Staff::kNobody);
  EXPECT_EQ(find_rule({for_staff}, Login().facts(), strangers.lookup())->rule, nullptr);
}

TEST(FindRule, WantsUserAndGroupWhereBothAreWritten) {
  Rule both = rule(Action::kExempt);
  both.users = {user("bob")};
  both.groups = {"staff"};
  Groups members(Groups::Staff::kEverybody);
  EXPECT_EQ(find_rule({both}, Login().facts(), members.lookup())->rule, nullptr);
}

TEST(FindRule, AsksForGroupsOnlyWhereAllElseMatches) {
  Rule elsewhere = rule(Action::kDeny);
  elsewhere.groups = {"unknown"};
  elsewhere.networks = {network("198.51.100.0/24")};
  Rule over = rule(Action::kDeny);
  over.groups = {"unknown"};
  over.until = CivilDate{2020, 1, 1};
  Groups groups(Groups::Staff::kNobody);
  EXPECT_TRUE(find_rule({elsewhere, over}, Login().facts(), groups.lookup()));
  EXPECT_TRUE(groups.asked().empty());
}

TEST(FindRule, PassesOnThatAGroupIsUnknown) {
  Rule broken = rule(Action::kExempt);
  broken.groups = {"unknown", "staff"};
  Groups members(Groups::Staff::kEverybody);
  const auto found = find_rule({broken, rule(Action::kExempt)}, Login().facts(), members.lookup());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().what, "group unknown");
}

TEST(FindRule, AsksNothingBehindTheRuleThatDecides) {
  Rule later = rule(Action::kDeny);
  later.groups = {"unknown"};
  Groups groups(Groups::Staff::kNobody);
  EXPECT_EQ(find_rule({rule(Action::kExempt), later}, Login().facts(), groups.lookup())->action, Action::kExempt);
  EXPECT_TRUE(groups.asked().empty());
}

}  // namespace
}  // namespace twinlock
