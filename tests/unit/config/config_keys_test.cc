// Every key of the file arrives where it belongs: an empty file means the defaults of DESIGN section 7, and each key
// alone can be given another value.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <sstream>
#include <stdexcept>

#include "config/config_reader.h"
#include "unit/config/temporary_directory.h"

namespace twinlock {
namespace {

Config parsed(const std::string& text) {
  auto config = parse_config(text, "twinlock.conf");
  if (!config) throw std::runtime_error(config.error().text());
  return *config;
}

/// Everything but the path.
void expect_equal(const Config& a, const Config& b) {
  EXPECT_EQ(a.issuer, b.issuer);
  EXPECT_EQ(a.language, b.language);
  EXPECT_EQ(a.store, b.store);
  EXPECT_EQ(a.audit, b.audit);
  EXPECT_EQ(a.window, b.window);
  EXPECT_EQ(a.throttle, b.throttle);
  EXPECT_EQ(a.prefixes, b.prefixes);
  EXPECT_EQ(a.services, b.services);
  EXPECT_EQ(a.helpdesk, b.helpdesk);
  EXPECT_EQ(a.notify, b.notify);
  EXPECT_EQ(a.rules, b.rules);
}

ServiceName service(std::string_view name) { return *ServiceName::parse(name); }

/// A line of the file, and what it changes in the defaults.
struct Key {
  std::string section;
  std::string name;
  std::string value;
  std::function<void(Config&)> change;
};

std::ostream& operator<<(std::ostream& out, const Key& key) { return out << "[" << key.section << "] " << key.name; }

const std::vector<Key>& keys() {
  static const std::vector<Key> kKeys = {
      {"", "issuer", "\"Kreis \\\"X\\\"\"", [](Config& c) { c.issuer = "Kreis \"X\""; }},
      {"", "language", "\"de\"", [](Config& c) { c.language = Language::kGerman; }},
      {"store", "url", "\"file:/srv/users\"", [](Config& c) { c.store.url = "file:/srv/users"; }},
      {"store", "key_file", "\"/srv/key\"", [](Config& c) { c.store.key_file = "/srv/key"; }},
      {"store", "run_dir", "\"/srv/run\"", [](Config& c) { c.store.run_dir = "/srv/run"; }},
      {"store", "state_dir", "\"/srv/state\"", [](Config& c) { c.store.state_dir = "/srv/state"; }},
      {"store", "bind_uid", "false", [](Config& c) { c.store.bind_uid = false; }},
      {"audit", "file", "\"\"", [](Config& c) { c.audit.file = ""; }},
      {"audit", "retention", "\"1d\"", [](Config& c) { c.audit.retention = days(1); }},
      {"audit", "exempt", "true", [](Config& c) { c.audit.exempt = true; }},
      {"code", "window", "10", [](Config& c) { c.window = 10; }},
      {"throttle", "free_attempts", "0", [](Config& c) { c.throttle.free_attempts = 0; }},
      {"throttle", "first_delay", "\"1h\"", [](Config& c) { c.throttle.first_delay = Seconds(3600); }},
      {"throttle", "max_delay", "\"30s\"", [](Config& c) { c.throttle.max_delay = Seconds(30); }},
      {"throttle", "budget_unknown", "100000", [](Config& c) { c.throttle.budget_unknown = 100'000; }},
      {"throttle", "refill_unknown", "0.25", [](Config& c) { c.throttle.refill_unknown = 0.25; }},
      {"throttle", "budget_known", "0", [](Config& c) { c.throttle.budget_known = 0; }},
      {"throttle", "refill_known", "4", [](Config& c) { c.throttle.refill_known = 4.0; }},
      {"throttle", "disable_after", "1", [](Config& c) { c.throttle.disable_after = 1; }},
      {"address", "ipv4_prefix", "24", [](Config& c) { c.prefixes.ipv4 = 24; }},
      {"address", "ipv6_prefix", "128", [](Config& c) { c.prefixes.ipv6 = 128; }},
      {"service.sshd", "lease", "\"0\"", [](Config& c) { c.services["sshd"].lease = Seconds(0); }},
      {"service.sshd", "opens", "[]", [](Config& c) { c.services["sshd"].opens = {}; }},
      {"service.samba", "lease", "\"30d\"", [](Config& c) { c.services["samba"].lease = days(30); }},
      {"service.samba", "opens", "[\"samba\", \"sshd\"]",
       [](Config& c) {
         c.services["samba"].opens = {service("samba"), service("sshd")};
       }},
      {"service.samba", "separator", "\"#\"", [](Config& c) { c.services["samba"].separator = '#'; }},
      {"helpdesk", "phone", "\"+49 30 23125 000\"", [](Config& c) { c.helpdesk.phone = "+49 30 23125 000"; }},
      {"helpdesk", "bypass_max", "\"15m\"", [](Config& c) { c.helpdesk.bypass_max = Seconds(900); }},
      {"helpdesk", "protected_groups", "[\"IT Abteilung\"]",
       [](Config& c) { c.helpdesk.protected_groups = {"IT Abteilung"}; }},
      {"notify", "command", "\"/usr/sbin/sendmail -t\"", [](Config& c) { c.notify.command = "/usr/sbin/sendmail -t"; }},
      {"notify", "events", "[\"bypass\"]", [](Config& c) { c.notify.events = {"bypass"}; }},
  };
  return kKeys;
}

class EachKey : public testing::TestWithParam<Key> {};

TEST_P(EachKey, ChangesWhatItNamesAndNothingElse) {
  const Key& key = GetParam();
  Config expected;
  key.change(expected);
  const auto section = key.section.empty() ? "" : "[" + key.section + "]\n";
  expect_equal(parsed(section + key.name + " = " + key.value + "\n"), expected);
}

INSTANTIATE_TEST_SUITE_P(Config, EachKey, testing::ValuesIn(keys()),
                         [](const auto& test) { return std::to_string(test.index) + test.param.name; });

TEST(Config, HasTheDefaultsOfTheDesign) {
  const Config config = parsed("");
  EXPECT_EQ(config.path, "twinlock.conf");
  EXPECT_EQ(config.issuer, "File server");
  EXPECT_EQ(config.language, Language::kEnglish);
  EXPECT_EQ(config.store.url, "file:/var/lib/twinlock/users");
  EXPECT_EQ(config.store.key_file, "/etc/twinlock/key");
  EXPECT_EQ(config.store.run_dir, "/run/twinlock");
  EXPECT_EQ(config.store.state_dir, "/var/lib/twinlock");
  EXPECT_TRUE(config.store.bind_uid);
  EXPECT_EQ(config.audit.file, "/var/log/twinlock/audit.log");
  EXPECT_EQ(config.audit.retention, Seconds(90 * 86'400));
  EXPECT_FALSE(config.audit.exempt);
  EXPECT_EQ(config.window, 1);
  EXPECT_EQ(config.prefixes.ipv4, 32);
  EXPECT_EQ(config.prefixes.ipv6, 64);
  EXPECT_TRUE(config.rules.empty());
}

TEST(Config, HasTheDefaultLimitsOfTheDesign) {
  const Config config = parsed("");
  EXPECT_EQ(config.throttle.free_attempts, 5U);
  EXPECT_EQ(config.throttle.first_delay, Seconds(30));
  EXPECT_EQ(config.throttle.max_delay, Seconds(3600));
  EXPECT_EQ(config.throttle.budget_unknown, 60U);
  EXPECT_EQ(config.throttle.refill_unknown, 1.5);
  EXPECT_EQ(config.throttle.budget_known, 120U);
  EXPECT_EQ(config.throttle.refill_known, 3.0);
  EXPECT_EQ(config.throttle.disable_after, 100U);
}

TEST(Config, HasTheDefaultServicesAndPeopleOfTheDesign) {
  const Config config = parsed("");
  ASSERT_EQ(config.services.size(), 2U);
  for (const auto* name : {"sshd", "samba"}) {
    EXPECT_EQ(config.services.at(name).lease, Seconds(36'000));
    EXPECT_EQ(config.services.at(name).opens, std::vector{service("samba")});
    EXPECT_EQ(config.services.at(name).separator, '+');
  }
  EXPECT_EQ(config.helpdesk.phone, "");
  EXPECT_EQ(config.helpdesk.bypass_max, Seconds(1800));
  EXPECT_EQ(config.helpdesk.protected_groups, (std::vector<std::string>{"sudo", "wheel"}));
  EXPECT_EQ(config.notify.command, "");
  EXPECT_EQ(config.notify.events,
            (std::vector<std::string>{"enrolled", "bypass", "recovery", "budget_empty", "disabled"}));
}

TEST(Config, TakesAPostgresqlStore) {
  EXPECT_EQ(parsed("store.url = \"postgresql://db.example.com/twinlock\"").store.url,
            "postgresql://db.example.com/twinlock");
}

TEST(Config, LetsOtherServicesEarnNothing) {
  const Config config = parsed("[service.su]\n[service.ftp]\nlease = \"1h\"\n");
  EXPECT_EQ(config.services.at("su"), ServiceConfig());
  EXPECT_EQ(config.services.at("ftp").lease, Seconds(3600));
  EXPECT_TRUE(config.services.at("ftp").opens.empty());
  EXPECT_EQ(service_config(config, service("ftp")).lease, Seconds(3600));
  EXPECT_EQ(service_config(config, service("login")).lease, Seconds(0));
  EXPECT_TRUE(service_config(config, service("login")).opens.empty());
}

TEST(Config, TakesAllKeysOfARule) {
  const Config config = parsed(R"(
[[rule]]
name     = "office network"
services = ["sshd", "samba"]
users    = ["alice", 'DOMAIN\bob']
groups   = ["staff"]
networks = ["10.20.0.0/16", "2001:db8::/32"]
action   = "exempt"
until    = 2027-01-31
)");
  Rule expected;
  expected.name = "office network";
  expected.services = {service("sshd"), service("samba")};
  expected.users = {*Username::parse("alice"), *Username::parse("DOMAIN\\bob")};
  expected.groups = {"staff"};
  expected.networks = {*Network::parse("10.20.0.0/16"), *Network::parse("2001:db8::/32")};
  expected.action = Action::kExempt;
  expected.until = CivilDate{2027, 1, 31};
  expected.line = 2;
  ASSERT_EQ(config.rules.size(), 1U);
  EXPECT_EQ(config.rules[0], expected);
}

TEST(Config, KeepsRulesInTheirOrderWithTheirLines) {
  const Config config = parsed(R"([[rule]]
name = "a"
action = "require"
[[rule]]
action = "deny"
name = "b"

[[rule]]
name = "c"
action = "observe"
networks = []
)");
  ASSERT_EQ(config.rules.size(), 3U);
  EXPECT_EQ(config.rules[0].action, Action::kRequire);
  EXPECT_EQ(config.rules[1].action, Action::kDeny);
  EXPECT_EQ(config.rules[2].action, Action::kObserve);
  EXPECT_EQ(config.rules[0].line, 1);
  EXPECT_EQ(config.rules[1].line, 4);
  EXPECT_EQ(config.rules[2].line, 8);
  EXPECT_EQ(config.rules[1].until, std::nullopt);
  EXPECT_TRUE(config.rules[2].networks.empty());
}

/// The lines `key = …` of a file, as "[section] key".
std::vector<std::string> mentioned_keys(const std::string& text) {
  std::vector<std::string> mentioned;
  std::string section;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) section = line.substr(1, line.find(']') - 1);
    const auto equals = line.find(" = ");
    if (!line.starts_with('#') && equals != std::string::npos) {
      mentioned.push_back("[" + section + "] " + line.substr(0, equals));
    }
  }
  return mentioned;
}

TEST(DefaultConfig, MeansTheDefaults) { expect_equal(parsed(default_config_text("File server")), Config()); }

TEST(DefaultConfig, ShowsEveryKeyOnce) {
  std::vector<std::string> all;
  for (const Key& key : keys()) all.push_back("[" + key.section + "] " + key.name);
  EXPECT_THAT(mentioned_keys(default_config_text("File server")), testing::UnorderedElementsAreArray(all));
}

TEST(DefaultConfig, ShowsARuleThatWorksOnceItIsNoComment) {
  const std::string text = default_config_text("File server");
  std::string rule;
  std::istringstream lines(text.substr(text.find("# [[rule]]")));
  for (std::string line; std::getline(lines, line);) rule += line.substr(2) + "\n";
  const Config config = parsed(rule);
  ASSERT_EQ(config.rules.size(), 1U);
  EXPECT_EQ(config.rules[0].action, Action::kExempt);
  for (const auto* key : {"name", "services", "users", "groups", "networks", "action", "until"}) {
    EXPECT_NE(rule.find(std::string(key) + " = "), std::string::npos) << key;
  }
}

TEST(DefaultConfig, QuotesAnyIssuer) {
  for (const auto* issuer : {"Kreis \"X\"", "back\\slash", "Köln", "# no comment", "'", "\\u0041"}) {
    EXPECT_EQ(parsed(default_config_text(issuer)).issuer, issuer);
  }
  const auto refused = parse_config(default_config_text("two\nlines"), "twinlock.conf");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().why.find("issuer holds a control character"), std::string::npos);
}

TEST(ReadConfig, ReadsAFile) {
  const TemporaryDirectory here;
  const auto path = here.write("twinlock.conf", "issuer = \"Kreis X\"\n", 0644);
  const auto config = read_config(path);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->issuer, "Kreis X");
  EXPECT_EQ(config->path, path);
}

TEST(ReadConfig, TakesAnEmptyFileForTheDefaults) {
  const TemporaryDirectory here;
  const auto config = read_config(here.write("twinlock.conf", "", 0644));
  ASSERT_TRUE(config);
  expect_equal(*config, Config());
}

TEST(ReadConfig, RefusesAMissingFile) {
  const TemporaryDirectory here;
  const auto config = read_config(here.path("twinlock.conf"));
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, Error::Code::kConfig);
  EXPECT_EQ(config.error().what, here.path("twinlock.conf"));
}

TEST(ReadConfig, RefusesAFileThatIsNotToBeTrusted) {
  const TemporaryDirectory here;
  const auto config = read_config(here.write("twinlock.conf", "", 0664));
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, Error::Code::kConfig);
  EXPECT_EQ(config.error().mend, "chmod go-w " + here.path("twinlock.conf"));
}

TEST(ReadConfig, RefusesAFileOfMoreThanAMebibyte) {
  const TemporaryDirectory here;
  const auto config = read_config(here.write("twinlock.conf", std::string((1U << 20U) + 1, '\n'), 0644));
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().why.find("larger"), std::string::npos);
}

}  // namespace
}  // namespace twinlock
