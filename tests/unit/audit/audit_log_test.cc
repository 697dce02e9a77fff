#include "audit/audit_log.h"

#include <gmock/gmock.h>
#include <syslog.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/temp_directory.h"

namespace twinlock {
namespace {

using namespace testing;
using Json = nlohmann::json;

constexpr UnixTime kNow = {1'764'000'000};  // 2025-11-24T16:00:00Z

AuditLine login_of(std::string_view user) {
  return {
      .time = kNow, .event = "login", .user = user, .service = "sshd", .address = "192.0.2.7", .verdict = "accepted"};
}

struct SyslogLine {
  int priority;
  std::string text;
};

/// An audit log in a directory of its own, and what went to syslog instead.
struct LogOnDisk {
  test::TempDirectory directory;
  std::string path = directory.file("audit.log");
  std::string run_dir = directory.file("run");
  std::vector<SyslogLine> syslog;

  void record(const AuditLine& line) {
    const AuditLog log({path, run_dir}, [this](int priority, const std::string& text) {
      syslog.push_back({priority, text});
    });
    log.record(line);
  }
  void write(std::string_view text) const { std::ofstream(path, std::ios::app | std::ios::binary) << text; }
  [[nodiscard]] std::string text() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST(AuditJson, SaysWhoWhereAndHowItEnded) {
  AuditLine line = login_of("alice");
  line.token = 2;
  Json parsed = Json::parse(audit_json(line));
  EXPECT_NE(parsed.at("host"), "");
  parsed.erase("host");
  EXPECT_EQ(parsed, Json({{"time", "2025-11-24T16:00:00Z"},
                          {"event", "login"},
                          {"user", "alice"},
                          {"service", "sshd"},
                          {"address", "192.0.2.7"},
                          {"verdict", "accepted"},
                          {"token", 2},
                          {"actor", nullptr}}));
}

class Injection : public TestWithParam<std::string> {};

TEST_P(Injection, StaysWithinTheFieldOfOneLine) {
  AuditLine plain = login_of("alice");
  plain.detail = "a detail";
  for (auto field :
       {&AuditLine::user, &AuditLine::service, &AuditLine::address, &AuditLine::actor, &AuditLine::detail}) {
    AuditLine line = plain;
    line.*field = GetParam();
    const std::string json = audit_json(line);
    EXPECT_TRUE(std::ranges::all_of(json, [](unsigned char byte) { return byte >= 0x20 && byte < 0x7f; })) << json;
    const Json parsed = Json::parse(json);  // throws where it is no JSON
    EXPECT_EQ(parsed.size(), Json::parse(audit_json(plain)).size());
    EXPECT_EQ(parsed.at("event"), "login");
    EXPECT_EQ(parsed.at("verdict"), "accepted");
  }
}

INSTANTIATE_TEST_SUITE_P(Names, Injection,
                         Values("al\nice", "alice\r\n{\"event\":\"login\"}", R"(alice","verdict":"wrong_code)", R"(\)",
                                std::string("al\0ice", 6), "\x1b[2Jalice", "\xff\xfe", "al\xc3", "\xed\xa0\x80",
                                "\xe2\x80\xa8",
                                "\xc2\x9b"
                                "31m",
                                std::string(100'000, 'a')));

TEST(AuditLog, AppendsLines) {
  LogOnDisk log;
  log.record(login_of("alice"));
  log.record(login_of("bob"));
  EXPECT_EQ(log.text(), audit_json(login_of("alice")) + "\n" + audit_json(login_of("bob")) + "\n");
  EXPECT_THAT(log.syslog, IsEmpty());
}

TEST(AuditLog, BeginsANewLineBehindATornOne) {
  LogOnDisk log;
  log.record(login_of("alice"));
  log.write(R"({"time":"2025-11-)");
  log.record(login_of("bob"));
  EXPECT_THAT(log.text(), EndsWith("{\"time\":\"2025-11-\n" + audit_json(login_of("bob")) + "\n"));
}

TEST(AuditLog, WithoutAFileTellsSyslog) {
  LogOnDisk log;
  log.path = "";
  log.record(login_of("alice"));
  ASSERT_EQ(log.syslog.size(), 1U);
  EXPECT_EQ(log.syslog[0].priority, LOG_NOTICE);
  EXPECT_EQ(log.syslog[0].text, "audit: " + audit_json(login_of("alice")));
}

TEST(AuditLog, TellsSyslogLineAndReasonWhereTheFileFails) {
  LogOnDisk log;
  log.path = log.directory.file("nowhere/audit.log");
  log.record(login_of("alice"));
  ASSERT_EQ(log.syslog.size(), 2U);
  EXPECT_EQ(log.syslog[0].priority, LOG_ERR);
  EXPECT_THAT(log.syslog[0].text, HasSubstr("nowhere: cannot be opened"));
  EXPECT_EQ(log.syslog[1].text, "audit: " + audit_json(login_of("alice")));
}

TEST(AuditLog, WritesToNoFileThatOthersMayRead) {
  LogOnDisk log;
  log.write("");
  std::filesystem::permissions(log.path, std::filesystem::perms(0640));
  log.record(login_of("alice"));
  EXPECT_EQ(log.text(), "");
  EXPECT_EQ(log.syslog.size(), 2U);
}

}  // namespace
}  // namespace twinlock
