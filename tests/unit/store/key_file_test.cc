#include "store/key_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "unit/store/store_fixture.h"

namespace twinlock {
namespace {

using test::kAuditLine;
using test::kNewKeyLine;
using test::kOldKeyLine;

class KeyFileTest : public testing::Test {
 protected:
  void put(const std::string& text) const { static_cast<void>(directory.write("key", text)); }
  /// As `twinlock key` does it.
  void replace(const std::string& text) const { std::filesystem::rename(directory.write("key.new", text), path); }
  std::uint32_t newest() { return (*keys.current())->newest().id.value; }

  TemporaryDirectory directory;
  std::string path = directory.path("key");
  KeyFile keys{path};
};

TEST_F(KeyFileTest, TellsTheKeysAsTheyAreNow) {
  put(std::string(kOldKeyLine) + kAuditLine);
  EXPECT_EQ(newest(), 0xC0FFEEU);
  replace(std::string(kOldKeyLine) + kNewKeyLine + kAuditLine);
  EXPECT_EQ(newest(), 0xBEEFU);
  put(std::string(kOldKeyLine) + kAuditLine);  // in place, as an editor might
  EXPECT_EQ(newest(), 0xC0FFEEU);
}

TEST_F(KeyFileTest, KeepsTheKeysAliveThatItGaveOut) {
  put(std::string(kOldKeyLine) + kAuditLine);
  const auto before = *keys.current();
  replace(std::string(kNewKeyLine) + kAuditLine);
  EXPECT_EQ(newest(), 0xBEEFU);
  EXPECT_EQ(before->newest().id.value, 0xC0FFEEU);
}

TEST_F(KeyFileTest, ReadsTheFileOnceAsLongAsNobodyChangesIt) {
  put(std::string(kOldKeyLine) + kAuditLine);
  EXPECT_EQ(*keys.current(), *keys.current()) << "the very same object";
}

TEST_F(KeyFileTest, IsAnErrorWhereTheFileIsGoneOrBroken) {
  EXPECT_FALSE(keys.current());
  put(std::string(kOldKeyLine) + kAuditLine);
  ASSERT_TRUE(keys.current());
  replace("broken");
  EXPECT_FALSE(keys.current()) << "the keys of before are not those of now";
  std::filesystem::remove(path);
  EXPECT_FALSE(keys.current());
}

TEST_F(KeyFileTest, IsNotBelievedWhereOthersMayReadIt) {
  put(std::string(kOldKeyLine) + kAuditLine);
  std::filesystem::permissions(path, std::filesystem::perms(0640));
  EXPECT_FALSE(keys.current());
  EXPECT_FALSE(keys.hold());
  EXPECT_FALSE(lock_key_file(path, LockKind::kExclusive));
}

TEST_F(KeyFileTest, IsHeldByManyAndReplacedByOne) {
  put(std::string(kOldKeyLine) + kAuditLine);
  {
    const auto one = keys.hold();
    const auto other = keys.hold();
    ASSERT_TRUE(one && *one && other && *other);
    UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    EXPECT_FALSE(RecordLock::take(std::move(file), LockKind::kExclusive, Deadline::in({}), path));
  }
  EXPECT_TRUE(lock_key_file(path, LockKind::kExclusive));
}

TEST_F(KeyFileTest, LocksTheFileThatBearsTheName) {
  put(std::string(kOldKeyLine) + kAuditLine);
  const auto hold = keys.hold();
  ASSERT_TRUE(hold);
  replace(std::string(kNewKeyLine) + kAuditLine);
  EXPECT_TRUE(lock_key_file(path, LockKind::kExclusive)) << "the lock on the former file does not count";
}

TEST_F(KeyFileTest, SealsWhatIsSavedAfterARotationWithTheNewKey) {
  put(std::string(kOldKeyLine) + kAuditLine);
  const auto store = make_file_store(directory.make_directory("users"), keys);
  ASSERT_TRUE(store->create(test::user("alice"), test::record_with(1)));
  replace(std::string(kOldKeyLine) + kNewKeyLine + kAuditLine);
  {
    const auto record = store->open(test::user("alice"));
    ASSERT_TRUE(record && *record);
    ASSERT_TRUE((*record)->save(test::record_with(2), Copies::kBoth, Durability::kFlushed));
  }
  EXPECT_EQ((*store->read(test::user("alice")))->sealed_with, (std::vector<KeyId>{{0xBEEF}, {0xBEEF}}));
  replace(std::string(kNewKeyLine) + kAuditLine);
  EXPECT_EQ((*store->read(test::user("alice")))->record->uid, 2U);
}

}  // namespace
}  // namespace twinlock
