#include "cli/json.h"

#include <gtest/gtest.h>

namespace twinlock {
namespace {

std::string text_of(const Json& value) { return std::string(json_text(value).text()); }

TEST(Json, IsOneLineWithItsKeysInOrder) {
  const Json value = {{"user", "alice"}, {"tokens", 2}, {"state", "active"}, {"leases", Json::array()}};
  EXPECT_EQ(text_of(value), "{\"user\":\"alice\",\"tokens\":2,\"state\":\"active\",\"leases\":[]}\n");
}

TEST(Json, WritesTimesInUtc) { EXPECT_EQ(text_of(json_time({1'000'000'000})), "\"2001-09-09T01:46:40Z\"\n"); }

TEST(Json, WritesNeverAsNull) { EXPECT_EQ(text_of({{"last_used", json_time({0})}}), "{\"last_used\":null}\n"); }

TEST(Json, KeepsUtf8AndReplacesWhatIsNot) {
  EXPECT_EQ(text_of({{"user", "jürgen"}}), "{\"user\":\"jürgen\"}\n");
  EXPECT_EQ(text_of({{"user", "j\xFCrgen"}}), "{\"user\":\"j\xEF\xBF\xBDrgen\"}\n");
}

TEST(Json, EscapesControlCharacters) { EXPECT_EQ(text_of("a\n\x1B\"\\"), "\"a\\n\\u001b\\\"\\\\\"\n"); }

TEST(Json, TellsAnErrorInFourParts) {
  const Error error{Error::Code::kNotFound, "alice", "is not enrolled", "run twinlock enrol alice"};
  EXPECT_EQ(text_of(json_error(4, error)),
            "{\"error\":{\"status\":4,\"what\":\"alice\",\"why\":\"is not enrolled\","
            "\"mend\":\"run twinlock enrol alice\"}}\n");
}

}  // namespace
}  // namespace twinlock
