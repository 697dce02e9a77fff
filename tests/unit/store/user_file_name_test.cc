#include "store/user_file_name.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace twinlock {
namespace {

Username user_named(std::string_view name) { return *Username::parse(name); }
std::string file_name(std::string_view name) { return *user_file_name(user_named(name)); }

struct NamePair {
  std::string user;
  std::string file;
};

// Worked out by hand; the hashes by Python's hashlib.
const NamePair kPairs[] = {
    {"alice", "alice"},
    {"Alice", "Alice"},
    {"alice@example.com", "alice@example.com"},
    {"b.o-b_1", "b.o-b_1"},
    {".", "%2E"},
    {"..", "%2E."},
    {".alice", "%2Ealice"},
    {"../x", "%2E.%2Fx"},
    {"a/b", "a%2Fb"},
    {"/etc/passwd", "%2Fetc%2Fpasswd"},
    {"%2e", "%252e"},
    {"%2E", "%252E"},
    {" a  b ", "%20a%20%20b%20"},
    {"DOMAIN\\alice", "DOMAIN%5Calice"},
    {"zo\xC3\xAB", "zo%C3%AB"},
    {"~alice", "%7Ealice"},
    {"\xFF", "%FF"},
    {std::string(200, 'a'), std::string(200, 'a')},
    {std::string(201, 'a'), "~a92efd82109373e58f9a2056dee01e807e216ce6075f7051207c0a9f7d666e50"},
    {std::string(255, 'a'), "~b0f3323e7a3cad8ae6778340cc2a17ae0cb31c818df3767cda7c3dd423725e90"},
    {std::string(67, '%'), "~a39fc97a561d8e9d0420fd6c3fdc36cb4c9478e4d14d6a6bb8a07314c3b3eb1f"},
};

TEST(UserFileName, IsAsTheTableSays) {
  for (const auto& pair : kPairs) EXPECT_EQ(file_name(pair.user), pair.file);
}

TEST(UserFileName, LeadsBackToTheUserUnlessHashed) {
  for (const auto& pair : kPairs) {
    const auto back = user_of_file_name(pair.file);
    EXPECT_EQ(back.has_value(), !is_hashed_file_name(pair.file)) << pair.file;
    EXPECT_EQ(back ? back->text() : pair.user, pair.user);
  }
}

TEST(UserFileName, KeepsEveryNameInsideTheDirectory) {
  std::mt19937 random(7);  // NOLINT: the same names in each run
  constexpr std::string_view kNasty = "./~%\\ aA0\xC3\xAB:*?\"'$`";
  std::set<std::string> users;
  std::set<std::string> files;
  for (int i = 0; i < 20'000; ++i) {
    std::string name(1 + random() % 90, ' ');
    for (auto& c : name) c = kNasty[random() % kNasty.size()];
    const std::string file = file_name(name);
    users.insert(name);
    files.insert(file);
    ASSERT_EQ(file.find('/'), std::string::npos);
    ASSERT_NE(file.front(), '.');
    ASSERT_LE(file.size(), 200U);
  }
  EXPECT_EQ(files.size(), users.size()) << "two users share a file";
}

TEST(UserOfFileName, KnowsOnlyNamesThatAreMade) {
  for (const auto* name : {"", "%61lice", "%2", "%", "%zz", "%2e", "a%2fb", "a b", "a+b", "~alice", ".alice", "%00",
                           "%0A", "lost+found", "alice~", "a\xC3"}) {
    EXPECT_FALSE(user_of_file_name(name)) << name;
  }
  EXPECT_FALSE(user_of_file_name(std::string(201, 'a')));
}

TEST(IsHashedFileName, KnowsTheShape) {
  const std::string digits(64, 'a');
  EXPECT_TRUE(is_hashed_file_name("~" + digits));
  EXPECT_FALSE(is_hashed_file_name(digits + "a"));
  EXPECT_FALSE(is_hashed_file_name("~" + digits + "a"));
  EXPECT_FALSE(is_hashed_file_name("~" + std::string(64, 'A')));
}

}  // namespace
}  // namespace twinlock
