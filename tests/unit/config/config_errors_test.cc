// Each flaw of the file is one error that names the line and the key and says how to mend it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "config/config_reader.h"

namespace twinlock {
namespace {

using testing::HasSubstr;

struct Flaw {
  std::string name;  ///< Of the test.
  std::string text;
  int line;
  std::string why;
  std::string mend = "";
};

std::ostream& operator<<(std::ostream& out, const Flaw& flaw) { return out << flaw.text; }

class EachFlaw : public testing::TestWithParam<Flaw> {};

TEST_P(EachFlaw, NamesItsLineAndItsKey) {
  const Flaw& flaw = GetParam();
  const auto config = parse_config(flaw.text, "/etc/twinlock/twinlock.conf");
  ASSERT_FALSE(config);
  const Error& error = config.error();
  EXPECT_EQ(error.code, Error::Code::kConfig);
  EXPECT_EQ(error.what, "/etc/twinlock/twinlock.conf:" + std::to_string(flaw.line));
  EXPECT_THAT(error.why, HasSubstr(flaw.why));
  EXPECT_THAT(error.mend, HasSubstr(flaw.mend));
  EXPECT_NE(error.mend, "");
  EXPECT_EQ(error.text().find('\n'), std::string::npos);
}

constexpr auto kNameOf = [](const auto& info) { return info.param.name; };

const std::vector<Flaw> kSyntax = {
    {"NoValue", "\nissuer =\n", 2, "is not TOML"},
    {"NoQuotes", "issuer = File server\n", 1, "is not TOML"},
    {"OpenQuotes", "\n\nissuer = \"File server\nlanguage = \"en\"\n", 3, "is not TOML"},
    {"KeyTwice", "issuer = \"a\"\n\nissuer = \"b\"\n", 3, "is not TOML"},
    {"TableTwice", "[store]\n[audit]\n[store]\n", 3, "is not TOML"},
    {"NoUtf8", "issuer = \"\xFF\"\n", 1, "is not TOML"},
    {"NulByte", std::string("\n# a\0b\n", 7), 2, "is not TOML"},
    {"DeepNesting", "\nx = " + std::string(10'000, '['), 2, "is not TOML"},
    {"BracketTooMany", "\n[[[rule]]]\n", 2, "is not TOML"},
    {"NoKeyCharacter", "\n[@store]\n", 2, "is not TOML"},
    {"LeadingDot", "\n[.store]\n", 2, "is not TOML"},
    {"OpenBrackets", "[[", 1, "is not TOML"},
    {"LetterOutsideOfQuotes", "\nissuer = \u00C4mter\n", 2, "is not TOML"},
    {"TypographicQuotes", "\nissuer = \u201EAmt\u201C\n", 2, "is not TOML"},
    {"CyrillicKey", "\n\u0434 = 1\n", 2, "is not TOML"},
    {"NoSuchDay", "[[rule]]\nuntil = 2027-02-30\n", 2, "is not TOML"},
};
INSTANTIATE_TEST_SUITE_P(Syntax, EachFlaw, testing::ValuesIn(kSyntax), kNameOf);

const std::vector<Flaw> kUnknown = {
    {"AtTheTop", "issuer = \"a\"\n\nisuer = \"b\"\n", 3, "isuer is not a known key", "did you mean \"issuer\"?"},
    {"Table", "\n[stor]\n", 2, "stor is not a known key", "\"store\""},
    {"InATable", "[throttle]\nfree_attempts = 5\nfree_attempt = 5\n", 3, "throttle.free_attempt is not a known key",
     "\"free_attempts\""},
    {"FarFromAnyKey", "[code]\n\n\nhorizon = 1\n", 4, "code.horizon is not a known key", "remove it"},
    {"InAService", "[service.sshd]\nleases = \"1h\"\n", 2, "service.sshd.leases is not a known key", "\"lease\""},
    {"SeparatorOutsideOfSamba", "[service.sshd]\nseparator = \"+\"\n", 2, "service.sshd.separator is not a known key"},
    {"InARule", "[[rule]]\nname = \"a\"\naction = \"deny\"\nnetwork = []\n", 4, "rule.network is not a known key",
     "\"networks\""},
    {"OtherCase", "Issuer = \"a\"\n", 1, "Issuer is not a known key", "\"issuer\""},
    {"ControlCharacters", "\"a\\nb\\u007f\" = 1\n", 1, "a?b? is not a known key"},
    {"VeryLong", std::string(5000, 'k') + " = 1\n", 1, std::string(160, 'k') + "..."},
};
INSTANTIATE_TEST_SUITE_P(UnknownKey, EachFlaw, testing::ValuesIn(kUnknown), kNameOf);

const std::vector<Flaw> kTypes = {
    {"NumberForText", "\nissuer = 5\n", 2, "issuer must be a text in quotes"},
    {"TextForNumber", "[code]\nwindow = \"1\"\n", 2, "code.window must be a whole number"},
    {"FractionForWholeNumber", "[throttle]\nfree_attempts = 5.0\n", 2, "throttle.free_attempts must be a whole number"},
    {"TextForFraction", "[throttle]\nrefill_known = \"3\"\n", 2, "throttle.refill_known must be a number"},
    {"TextForTruth", "[audit]\nexempt = \"false\"\n", 2, "audit.exempt must be true or false"},
    {"NumberForTruth", "[store]\nbind_uid = 0\n", 2, "store.bind_uid must be true or false"},
    {"NumberForDuration", "[audit]\nretention = 90\n", 2, "audit.retention must be a text"},
    {"TextForList", "[service.sshd]\nopens = \"samba\"\n", 2, "service.sshd.opens must be a list"},
    {"NumberInList", "[helpdesk]\nprotected_groups = [\n  \"sudo\",\n  7,\n]\n", 4,
     "helpdesk.protected_groups must be a list of texts"},
    {"TextForTable", "store = \"file:/x\"\n", 1, "store must be a table, written as [store]"},
    {"TextForService", "[service]\nlease = \"1h\"\n", 2, "service.lease must be a table"},
    {"TextForServices", "service = []\n", 1, "service must be a table"},
    {"TableForRules", "\n[rule]\nname = \"a\"\n", 2, "rule must be written as [[rule]]"},
    {"TextsForRules", "rule = [\"a\"]\n", 1, "rule must be written as [[rule]]"},
    {"TextForDate", "[[rule]]\nname = \"a\"\naction = \"deny\"\nuntil = \"2027-01-31\"\n", 4,
     "rule.until must be a date"},
    {"TimeForDate", "[[rule]]\nname = \"a\"\naction = \"deny\"\nuntil = 2027-01-31T00:00:00Z\n", 4,
     "rule.until must be a date"},
    {"TablesForTable", "[[store]]\n", 1, "store must be a table"},
};
INSTANTIATE_TEST_SUITE_P(WrongType, EachFlaw, testing::ValuesIn(kTypes), kNameOf);

const std::vector<Flaw> kDurations = {
    {"NoUnit", "[audit]\nretention = \"90\"\n", 2, "audit.retention is not a duration", "30s, 15m, 10h or 14d"},
    {"Words", "[service.samba]\nlease = \"10 hours\"\n", 2, "service.samba.lease is not a duration"},
    {"Negative", "[service.samba]\nlease = \"-1h\"\n", 2, "service.samba.lease is not a duration"},
    {"Empty", "[throttle]\nfirst_delay = \"\"\n", 2, "throttle.first_delay is not a duration"},
    {"ShortRetention", "[audit]\nretention = \"23h\"\n", 2, "audit.retention is out of range", "1d to "},
    {"NoRetention", "[audit]\nretention = \"0\"\n", 2, "audit.retention is out of range"},
    {"LongLease", "[service.sshd]\nlease = \"31d\"\n", 2, "service.sshd.lease is out of range", "0 to 30d"},
    {"LongLeaseBySeconds", "[service.su]\nlease = \"2592001s\"\n", 2, "service.su.lease is out of range", "0 to 30d"},
    {"NoFirstDelay", "[throttle]\nfirst_delay = \"0\"\n", 2, "throttle.first_delay is out of range", "1s to 1d"},
    {"LongDelay", "[throttle]\nmax_delay = \"25h\"\n", 2, "throttle.max_delay is out of range", "1s to 1d"},
    {"FirstDelayOverLongest", "[throttle]\nmax_delay = \"1m\"\nfirst_delay = \"2m\"\n", 3, "throttle.first_delay",
     "at most max_delay"},
    {"LongestDelayUnderFirst", "[throttle]\n\nmax_delay = \"29s\"\n", 3, "throttle.max_delay", "at most max_delay"},
    {"NoBypass", "[helpdesk]\nbypass_max = \"0\"\n", 2, "helpdesk.bypass_max is out of range", "1m to 1d"},
    {"LongBypass", "[helpdesk]\nbypass_max = \"25h\"\n", 2, "helpdesk.bypass_max is out of range"},
};
INSTANTIATE_TEST_SUITE_P(Duration, EachFlaw, testing::ValuesIn(kDurations), kNameOf);

const std::vector<Flaw> kNumbers = {
    {"WideWindow", "[code]\nwindow = 11\n", 2, "code.window is out of range", "0 to 10"},
    {"NegativeWindow", "[code]\nwindow = -1\n", 2, "code.window is out of range"},
    {"WindowThatWouldWrap", "[code]\nwindow = 257\n", 2, "code.window is out of range"},
    {"ManyFreeAttempts", "[throttle]\nfree_attempts = 101\n", 2, "throttle.free_attempts is out of range", "0 to 100"},
    {"LargeBudgetUnknown", "[throttle]\nbudget_unknown = 100001\n", 2, "throttle.budget_unknown is out of range"},
    {"LargeBudgetKnown", "[throttle]\nbudget_known = 4294967416\n", 2, "throttle.budget_known is out of range"},
    {"LargeRefillUnknown", "[throttle]\nrefill_unknown = 10000.5\n", 2, "throttle.refill_unknown is out of range",
     "0 to 10000"},
    {"NegativeRefillKnown", "[throttle]\nrefill_known = -0.1\n", 2, "throttle.refill_known is out of range"},
    {"RefillThatIsNoNumber", "[throttle]\nrefill_known = nan\n", 2, "throttle.refill_known is out of range"},
    {"InfiniteRefill", "[throttle]\nrefill_known = inf\n", 2, "throttle.refill_known is out of range"},
    {"NeverDisable", "[throttle]\ndisable_after = 0\n", 2, "throttle.disable_after is out of range", "1 to 100"},
    {"DisableLate", "[throttle]\ndisable_after = 101\n", 2, "throttle.disable_after is out of range", "1 to 100"},
    {"ShortIpv4Prefix", "[address]\nipv4_prefix = 7\n", 2, "address.ipv4_prefix is out of range", "8 to 32"},
    {"LongIpv4Prefix", "[address]\nipv4_prefix = 33\n", 2, "address.ipv4_prefix is out of range"},
    {"ShortIpv6Prefix", "[address]\nipv6_prefix = 31\n", 2, "address.ipv6_prefix is out of range", "32 to 128"},
    {"LongIpv6Prefix", "[address]\nipv6_prefix = 129\n", 2, "address.ipv6_prefix is out of range"},
};
INSTANTIATE_TEST_SUITE_P(OutOfRange, EachFlaw, testing::ValuesIn(kNumbers), kNameOf);

const std::vector<Flaw> kTexts = {
    {"NoIssuer", "issuer = \"\"\n", 1, "issuer is empty"},
    {"LongIssuer", "issuer = \"" + std::string(65, 'x') + "\"\n", 1, "issuer is longer than 64 bytes"},
    {"IssuerWithColon", "issuer = \"a:b\"\n", 1, "issuer holds a ':'"},
    {"IssuerWithControl", "issuer = \"a\\u0007b\"\n", 1, "issuer holds a control character"},
    {"OtherLanguage", "language = \"fr\"\n", 1, "language is none of \"en\", \"de\""},
    {"OtherStore", "[store]\nurl = \"mysql://x\"\n", 2, "store.url is not the address of a store"},
    {"RelativeStore", "[store]\nurl = \"file:users\"\n", 2, "store.url is not the address of a store"},
    {"BareStorePath", "[store]\nurl = \"/var/lib/twinlock/users\"\n", 2, "store.url is not"},
    {"NulInStore", "[store]\nurl = \"file:/a\\u0000b\"\n", 2, "store.url holds a control character"},
    {"RelativeKeyFile", "[store]\nkey_file = \"key\"\n", 2, "store.key_file is not an absolute path",
     "begin it with /"},
    {"NoKeyFile", "[store]\nkey_file = \"\"\n", 2, "store.key_file is not an absolute path"},
    {"RelativeStateDir", "[store]\nstate_dir = \"state\"\n", 2, "store.state_dir is not an absolute path"},
    {"RelativeRunDir", "[store]\nrun_dir = \"run\"\n", 2, "store.run_dir is not an absolute path"},
    {"RelativeAuditFile", "[audit]\nfile = \"audit.log\"\n", 2, "audit.file is not an absolute path"},
    {"RelativeCommand", "[notify]\ncommand = \"sendmail\"\n", 2, "notify.command is not an absolute path"},
    {"OtherEvent", "[notify]\nevents = [\"login\"]\n", 2, "notify.events: \"login\" is not an event"},
    {"LongPhone", "[helpdesk]\nphone = \"" + std::string(65, '1') + "\"\n", 2, "helpdesk.phone is longer"},
    {"EmptyGroup", "[helpdesk]\nprotected_groups = [\"\"]\n", 2, "helpdesk.protected_groups: \"\" is empty"},
    {"LongSeparator", "[service.samba]\nseparator = \"++\"\n", 2, "service.samba.separator is not one character"},
    {"NoSeparator", "[service.samba]\nseparator = \"\"\n", 2, "service.samba.separator is not one character"},
    {"DigitAsSeparator", "[service.samba]\nseparator = \"1\"\n", 2, "service.samba.separator is not one character"},
    {"LetterAsSeparator", "[service.samba]\nseparator = \"x\"\n", 2, "service.samba.separator is not one character"},
    {"BlankAsSeparator", "[service.samba]\nseparator = \" \"\n", 2, "service.samba.separator is not one character"},
    {"UmlautAsSeparator", "[service.samba]\nseparator = \"ä\"\n", 2, "service.samba.separator is not one character"},
};
INSTANTIATE_TEST_SUITE_P(Text, EachFlaw, testing::ValuesIn(kTexts), kNameOf);

const std::vector<Flaw> kServices = {
    {"BlankInName", "\n[service.\"s shd\"]\n", 2, "service.s shd: the service name is not 1 to 15"},
    {"LongName", "[service.abcdefghijklmnop]\nlease = \"1h\"\n", 1, "service.abcdefghijklmnop: the service name"},
    {"EmptyName", "[service.\"\"]\n", 1, "service.: the service name"},
    {"BadNameInOpens", "[service.sshd]\nopens = [\n\"samba\",\n\"sam ba\"]\n", 4,
     "service.sshd.opens: \"sam ba\" is not 1 to"},
    {"TooManyInOpens", "[service.sshd]\nopens = [\"abcdefghijklmno\", \"abcdefghijklmn\", \"ab\"]\n", 2,
     "service.sshd.opens names too many", "32 bytes"},
};
INSTANTIATE_TEST_SUITE_P(Service, EachFlaw, testing::ValuesIn(kServices), kNameOf);

const std::vector<Flaw> kRules = {
    {"NoName", "\n[[rule]]\naction = \"deny\"\n", 2, "rule.name is missing", "needs a name"},
    {"EmptyName", "[[rule]]\nname = \"\"\naction = \"deny\"\n", 2, "rule.name is empty"},
    {"LongName", "[[rule]]\nname = \"" + std::string(65, 'x') + "\"\naction = \"deny\"\n", 2, "rule.name is longer"},
    {"NoAction", "[[rule]]\nname = \"a\"\n", 1, "rule.action is missing", "require, exempt, deny or observe"},
    {"UnknownAction", "[[rule]]\nname = \"a\"\naction = \"allow\"\n", 3,
     "rule.action is none of \"require\", \"exempt\""},
    {"NameTwice", "[[rule]]\nname = \"a\"\naction = \"deny\"\n[[rule]]\naction = \"deny\"\nname = \"a\"\n", 6,
     "rule.name is taken by the rule in line 1"},
    {"HostBits", "[[rule]]\nname = \"a\"\naction = \"exempt\"\nnetworks = [\n\"10.20.0.0/16\",\n\"10.21.0.1/16\"]\n", 6,
     "rule.networks: \"10.21.0.1/16\" has host bits set"},
    {"HostName", "[[rule]]\nname = \"a\"\naction = \"exempt\"\nnetworks = [\"files.example.com\"]\n", 4,
     "rule.networks: \"files.example.com\" is not an IPv4 or IPv6 network"},
    {"LongPrefix", "[[rule]]\nname = \"a\"\naction = \"exempt\"\nnetworks = [\"10.0.0.0/33\"]\n", 4,
     "rule.networks: \"10.0.0.0/33\" has a prefix length that is not 0 to 32"},
    {"BadService", "[[rule]]\nname = \"a\"\naction = \"exempt\"\nservices = [\"ssh d\"]\n", 4,
     "rule.services: \"ssh d\" is"},
    {"BadUser", "[[rule]]\nname = \"a\"\naction = \"exempt\"\nusers = [\"\"]\n", 4, "rule.users: \"\" is empty"},
    {"BadGroup", "[[rule]]\nname = \"a\"\naction = \"exempt\"\ngroups = [\"a\\tb\"]\n", 4,
     "rule.groups: \"a?b\" holds"},
};
INSTANTIATE_TEST_SUITE_P(Rule, EachFlaw, testing::ValuesIn(kRules), kNameOf);

TEST(ParseConfig, ReportsTheFlawThatStandsFirstInTheFile) {
  const auto config = parse_config("[throttle]\ndisable_after = 0\n[code]\nwindow = 99\n[zzz]\n", "conf");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().what, "conf:2");
}

TEST(ParseConfig, TakesTheLimitsThemselves) {
  const auto config = parse_config("issuer = \"" + std::string(64, 'x') + R"("
[code]
window = 0
[throttle]
free_attempts = 100
first_delay = "24h"
max_delay = "24h"
refill_known = 10000
refill_unknown = 0
[address]
ipv4_prefix = 8
ipv6_prefix = 32
[helpdesk]
bypass_max = "1m"
)",
                                   "conf");
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(config->throttle.first_delay, Seconds(86'400));
  EXPECT_EQ(config->prefixes.ipv4, 8);
}

TEST(ParseConfig, TakesServicesThatJustFitIntoARecord) {
  // 15 + 1 + 13 + 1 + 2 = 32
  const auto config =
      parse_config("[service.sshd]\nopens = [\"abcdefghijklmno\", \"abcdefghijklm\", \"ab\"]\n", "conf");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->services.at("sshd").opens.size(), 3U);
}

TEST(ParseConfig, NeverShowsAStoreAddressThatMayHoldAPassword) {
  const auto config = parse_config("[store]\nurl = \"postgres://twinlock:geheim@db.example.com/\"\n", "conf");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().text().find("geheim"), std::string::npos);
}

}  // namespace
}  // namespace twinlock
