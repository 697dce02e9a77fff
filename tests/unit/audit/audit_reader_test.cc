#include "audit/audit_reader.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/temp_directory.h"

namespace twinlock {
namespace {

using namespace testing;

/// A log that only root may read, as the writer makes it.
struct WrittenLog {
  test::TempDirectory directory;
  std::string path = directory.file("audit.log");

  explicit WrittenLog(const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
    std::filesystem::permissions(path, std::filesystem::perms(0600));
  }
  [[nodiscard]] std::vector<std::string> users(std::size_t most) const {
    const auto entries = last_audit_entries(path, most, [](const AuditEntry& entry) { return entry.event == "login"; });
    std::vector<std::string> names;
    for (const AuditEntry& entry : *entries) names.push_back(entry.user);
    return names;
  }
};

std::string line_of(const std::string& user) { return R"({"event":"login","user":")" + user + "\"}\n"; }

TEST(LastAuditEntries, AreTheNewestOfThoseThatAreWanted) {
  const WrittenLog log(line_of("alice") + "{\"event\":\"enrol\",\"user\":\"alice\"}\n" + line_of("bob") +
                       line_of("carol"));
  EXPECT_THAT(log.users(2), ElementsAre("bob", "carol"));
  EXPECT_THAT(log.users(9), ElementsAre("alice", "bob", "carol"));
}

TEST(LastAuditEntries, PassOverWhatIsNoLineOfOurs) {
  const WrittenLog log("\n{\"event\":\"lo\nnull\n[1]\n\xff\n" + line_of("alice") + std::string(200'000, 'x') + "\n" +
                       line_of("bob") +
                       R"({"event":1,"user":["carol"]})"
                       "\n"
                       R"({"event":"login","user":7})");
  EXPECT_THAT(log.users(9), ElementsAre("alice", "bob", ""));
}

TEST(LastAuditEntries, CrossTheBordersOfBlocks) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += line_of("alice" + std::to_string(i));
  const WrittenLog log(text);
  EXPECT_EQ(log.users(5000).size(), 3000U);
  EXPECT_EQ(log.users(1), std::vector<std::string>{"alice2999"});
}

TEST(LastAuditEntries, OfAMissingLogAreNone) {
  const test::TempDirectory directory;
  const auto entries = last_audit_entries(directory.file("audit.log"), 5, [](const AuditEntry&) { return true; });
  ASSERT_TRUE(entries);
  EXPECT_THAT(*entries, IsEmpty());
}

TEST(LastAuditEntries, AreNotReadFromAFileThatOthersMayChange) {
  const WrittenLog log(line_of("alice"));
  std::filesystem::permissions(log.path, std::filesystem::perms(0622));
  const auto entries = last_audit_entries(log.path, 5, [](const AuditEntry&) { return true; });
  ASSERT_FALSE(entries);
  EXPECT_EQ(entries.error().code, Error::Code::kStore);
}

}  // namespace
}  // namespace twinlock
