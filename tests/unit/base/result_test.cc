#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>

namespace twinlock {
namespace {

const Error kFlaw{Error::Code::kConfig, "/etc/twinlock/twinlock.conf:12", "issuer is empty", "write one"};

TEST(Result, HoldsAValue) {
  Result<std::string> result(std::string("yes"));
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, "yes");
  EXPECT_EQ(result->size(), 3U);
}

TEST(Result, HoldsAnError) {
  const Result<std::string> result(kFlaw);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Error::Code::kConfig);
  EXPECT_EQ(result.error().why, "issuer is empty");
}

TEST(Result, OfFalseIsNoError) {
  const Result<bool> result(false);
  ASSERT_TRUE(result);
  EXPECT_FALSE(*result);
}

TEST(Result, CarriesWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
  const std::unique_ptr<int> taken = std::move(*result);
  EXPECT_EQ(*taken, 5);
}

TEST(Result, NeverGivesAValueThatIsNotThere) {
  Result<int> result(kFlaw);
  EXPECT_THROW(static_cast<void>(*result), std::bad_variant_access);
}

TEST(ResultOfNothing, IsDoneOrAnError) {
  EXPECT_TRUE(done());
  const Result<void> failed(kFlaw);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, kFlaw.what);
}

TEST(Error, TellsWhatWhyAndHowToMendIt) {
  EXPECT_EQ(kFlaw.text(), "/etc/twinlock/twinlock.conf:12: issuer is empty; write one");
  EXPECT_EQ((Error{Error::Code::kStore, "record", "is damaged", ""}.text()), "record: is damaged");
}

TEST(SystemError, IsAboutPermissionWhereTheSystemRefuses) {
  for (const int refused : {EACCES, EPERM, EROFS}) {
    EXPECT_EQ(system_error(Error::Code::kStore, "key", "opened", refused).code, Error::Code::kPermission);
  }
  const auto full = system_error(Error::Code::kStore, "/var/lib/twinlock", "written", ENOSPC);
  EXPECT_EQ(full.code, Error::Code::kStore);
  EXPECT_EQ(full.text(), "/var/lib/twinlock: cannot be written (No space left on device)");
}

}  // namespace
}  // namespace twinlock
