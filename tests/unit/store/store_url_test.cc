#include "store/store_url.h"

#include <gtest/gtest.h>

#include "unit/store/store_fixture.h"

namespace twinlock {
namespace {

class StoreUrl : public test::StoreTest {
 protected:
  std::string why(std::string_view url) {
    const auto opened = open_store(url, keys);
    if (opened) return "opened";
    return opened.error().code == Error::Code::kConfig ? opened.error().why : "not kConfig";
  }
};

TEST_F(StoreUrl, OpensTheFileEngine) {
  create("alice", 5);
  const auto opened = open_store("file:" + users, keys);
  ASSERT_TRUE(opened) << opened.error().text();
  const auto record = (*opened)->read(test::user("alice"));
  ASSERT_TRUE(record && *record);
  EXPECT_EQ((**record).record->uid, 5U);
}

TEST_F(StoreUrl, SaysThatPostgresqlIsMissing) {
  EXPECT_EQ(why("postgresql://alice:secret@example.com/twinlock"),
            "asks for PostgreSQL, and this build has no such engine");
}

TEST_F(StoreUrl, NeverQuotesAUrl) {
  const auto opened = open_store("postgresql://alice:secret@example.com/twinlock", keys);
  EXPECT_EQ(opened.error().text().find("secret"), std::string::npos);
}

TEST_F(StoreUrl, RefusesEverythingElse) {
  EXPECT_EQ(why(""), "names no known kind of store");
  EXPECT_EQ(why("/var/lib/twinlock/users"), "names no known kind of store");
  EXPECT_EQ(why("FILE:/var/lib/twinlock/users"), "names no known kind of store");
  EXPECT_EQ(why("sqlite:/x"), "names no known kind of store");
  EXPECT_EQ(why("file:"), "holds no absolute path");
  EXPECT_EQ(why("file:users"), "holds no absolute path");
  EXPECT_EQ(why("file://files/users"), "has two slashes, which would mean a host");
  EXPECT_EQ(why(std::string_view("file:/a\0b", 9)), "holds a NUL byte");
}

}  // namespace
}  // namespace twinlock
