// How sshd's say that they were started: titles as OpenSSH 9.2 writes them, argument vectors, and shell variables.
#include "cli/doctor/sshd_start.h"

#include <gmock/gmock.h>

#include "cli/doctor/match_lines.h"

namespace twinlock {
namespace {

using testing::ElementsAre;

std::vector<std::string> options_of(const std::vector<std::string>& words) {
  const auto start = sshd_start_of(words);
  return start ? start->options : std::vector<std::string>{"none"};
}

TEST(SshdStart, ReadsTheTitleOfAListener) {
  EXPECT_THAT(options_of({"sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"}), ElementsAre());
  EXPECT_THAT(options_of({"sshd: /usr/sbin/sshd -D -o AuthenticationMethods publickey password -p 2222 -oUsePAM=no "
                          "[listener] 1 of 10-100 startups"}),
              ElementsAre("-o", "AuthenticationMethods publickey password", "-p", "2222", "-o", "UsePAM=no"));
}

TEST(SshdStart, ReadsArgumentsAsGetoptDoes) {
  EXPECT_THAT(options_of({"/usr/sbin/sshd", "-Def", "/etc/other", "-E", "/var/log/x", "-4u0"}),
              ElementsAre("-f", "/etc/other", "-u", "0"));
  EXPECT_EQ("/b", sshd_start_of({"/usr/sbin/sshd", "-f", "/a", "-f/b"})->config_file());
  EXPECT_EQ(std::nullopt, sshd_start_of({"/usr/sbin/sshd", "-D"})->config_file());
}

TEST(SshdStart, LeavesOutWhatTakesNoConnections) {
  EXPECT_FALSE(sshd_start_of({"sshd: alice [priv]"}));
  EXPECT_FALSE(sshd_start_of({"sshd: alice@pts/0"}));
  EXPECT_FALSE(sshd_start_of({"/usr/sbin/sshd", "-T", "-C", "user=alice"}));
  EXPECT_FALSE(sshd_start_of({"/usr/sbin/sshd", "-D", "-R"}));
  EXPECT_FALSE(sshd_start_of({}));
}

TEST(SshdStart, SaysWhereATitleIsCutOff) {
  EXPECT_TRUE(sshd_start_of({"sshd: /usr/sbin/sshd -D -o UseP"})->is_cut_off);
  EXPECT_FALSE(sshd_start_of({"sshd: /usr/sbin/sshd -D [lis"})->is_cut_off);
  EXPECT_FALSE(sshd_start_of({"sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"})->is_cut_off);
}

TEST(SshdStart, KnowsTheServiceOfACopyByAnotherName) {
  EXPECT_EQ("zz-sshd", sshd_start_of({"zz-sshd: /opt/zz-sshd -D [listener] 0 of 10-100 startups"})->service);
  EXPECT_EQ("sshd", sshd_start_of({"sshd: /usr/sbin/sshd [listener] 0 of 10-100 startups"})->service);
}

TEST(WordsOfVariable, TakesTheLastOfThatName) {
  EXPECT_THAT(
      words_of_variable("# OPTIONS=-x\nOPTIONS=\"-u0\"\n export OPTIONS='-o UsePAM=no'\nMORE_OPTIONS=-y\n", "OPTIONS"),
      ElementsAre("-o", "UsePAM=no"));
  EXPECT_THAT(words_of_variable("", "OPTIONS"), ElementsAre());
}

TEST(WordsOfExecStart, ReadsEachCommandOfAUnit) {
  EXPECT_THAT(words_of_exec_start("ExecStart={ path=/usr/sbin/sshd ; argv[]=/usr/sbin/sshd -D $SSHD_OPTS ; pid=0 }\n\n"
                                  "ExecStart={ path=/usr/sbin/sshd ; argv[]=/usr/sbin/sshd -i -f /etc/x ; pid=0 }\n"),
              ElementsAre(ElementsAre("-D"), ElementsAre("-i", "-f", "/etc/x")));
  EXPECT_THAT(words_of_exec_start("ExecStart=\n"), ElementsAre());
}

TEST(MatchProbes, MeetCriteriaOfLaterVersionsToo) {
  const auto probes = match_probes(
      "Match invalid-user Address 10.0.*\nMatch LocalAddress=198.51.100.2 RDomain blue\n",
      [](const std::string&) { return std::vector<std::string>(); },
      [](const std::string&) { return std::optional<std::string>(); }, "alice");
  ASSERT_EQ(2U, probes.size());
  EXPECT_EQ("user=twinlock-nobody,host=client.example.com,addr=192.0.2.1", probes[0].specification());
  EXPECT_EQ("user=alice,host=client.example.com,addr=192.0.2.1,laddr=198.51.100.2,lport=22,rdomain=blue",
            probes[1].specification());
}

TEST(ValuesIn, FindsALineInWhateverMatchItStands) {
  EXPECT_THAT(values_in(
                  "PAMServiceName sshd\nMatch User bob\n  pamservicename=open\n",
                  [](const std::string&) { return std::vector<std::string>(); }, "pamservicename"),
              ElementsAre("sshd", "open"));
}

}  // namespace
}  // namespace twinlock
