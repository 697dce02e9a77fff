#include <gtest/gtest.h>

#include "base/service_name.h"
#include "base/username.h"

namespace twinlock {
namespace {

using namespace std::literals;

TEST(Username, KeepsWhatItIsGiven) {
  for (const auto* text : {"alice", "DOMAIN\\alice", "alice@example.com", "a b", " ", "../x", "a/b", "%2e", ".",
                           "jürgen", "\xFF\xFE", "alice+492039"}) {
    const auto user = Username::parse(text);
    ASSERT_TRUE(user) << text;
    EXPECT_EQ(user->text(), text);
  }
}

TEST(Username, RefusesControlCharacters) {
  for (const auto text : {"alice\n"sv, "\talice"sv, "al\0ice"sv, "\0"sv, "\x01"sv, "\x1F"sv, "alice\x7F"sv}) {
    const auto user = Username::parse(text);
    ASSERT_FALSE(user);
    EXPECT_EQ(user.error().code, Error::Code::kUsage);
  }
}

TEST(Username, HasOneTo255Bytes) {
  EXPECT_FALSE(Username::parse(""));
  EXPECT_TRUE(Username::parse(std::string(255, 'a')));
  EXPECT_FALSE(Username::parse(std::string(256, 'a')));
}

TEST(Username, DiffersByCase) { EXPECT_NE(*Username::parse("alice"), *Username::parse("Alice")); }

TEST(ServiceName, KeepsWhatItIsGiven) {
  for (const auto* text : {"sshd", "samba", "a", "Login-1_x.y", "123456789012345"}) {
    const auto service = ServiceName::parse(text);
    ASSERT_TRUE(service) << text;
    EXPECT_EQ(service->text(), text);
    EXPECT_FALSE(service->empty());
  }
}

TEST(ServiceName, RefusesWhatARecordCannotKeep) {
  for (const auto text : {""sv, "1234567890123456"sv, "a b"sv, "a,b"sv, "a/b"sv, "ssh\0d"sv, "ssh\n"sv, "dömain"sv}) {
    const auto service = ServiceName::parse(text);
    ASSERT_FALSE(service) << text;
    EXPECT_EQ(service.error().code, Error::Code::kUsage);
  }
}

TEST(ServiceName, OfNothingEqualsNoParsedOne) {
  EXPECT_TRUE(ServiceName().empty());
  EXPECT_EQ(ServiceName().text(), "");
  EXPECT_NE(ServiceName(), *ServiceName::parse("sshd"));
}

}  // namespace
}  // namespace twinlock
