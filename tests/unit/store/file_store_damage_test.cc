// DESIGN section 3: what is damage of one copy, and what is an error. Nothing here may ever end as "none".
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file_store.h"
#include "unit/store/store_fixture.h"

namespace twinlock {
namespace {

using test::Bytes;
using test::keyring_of;
using test::read_file;
using test::write_file;

constexpr std::size_t kSlot = 8192;

/// Alice's record with the state 5 in slot 1 (older) and 6 in slot 0.
class FileStoreDamage : public test::StoreTest {
 protected:
  void SetUp() override {
    create("alice", 5);
    save("alice", 6);
    image = read_file(file("alice"));
  }
  void flip(std::size_t offset) {
    image[offset] ^= 0x10U;
    write_file(file("alice"), image);
  }
  void replace(std::size_t slot, const Bytes& with) {
    std::copy_n(with.begin(), kSlot, image.begin() + static_cast<std::ptrdiff_t>(slot * kSlot));
    write_file(file("alice"), image);
  }
  /// The error of both ways of loading; a failure where they do not say kStore and name the path.
  std::string error() {
    const auto opened = store->open(test::user("alice"));
    EXPECT_FALSE(opened);
    if (opened) return "no error";
    EXPECT_EQ(opened.error().code, Error::Code::kStore);
    EXPECT_TRUE(opened.error().what.starts_with(file("alice"))) << opened.error().what;
    EXPECT_EQ(state_of("alice"), opened.error().text());
    return opened.error().why;
  }

  Bytes image;
};

constexpr std::size_t kTornPlaces[] = {0, 7, 10, 11, 16, 24, 40, 279, 280, 291, 300, 304, 5000, 8175, 8176, 8191};

TEST_F(FileStoreDamage, ServesTheOlderStateWhereTheNewerIsDamaged) {
  for (const std::size_t place : kTornPlaces) {
    flip(place);
    EXPECT_EQ(state_of("alice"), "lost 5") << place;
    flip(place);
  }
}

TEST_F(FileStoreDamage, LosesNothingWhereTheOlderIsDamaged) {
  for (const std::size_t place : {24U, 280U, 291U, 304U, 5000U, 8175U, 8176U, 8191U}) {
    flip(kSlot + place);
    EXPECT_EQ(state_of("alice"), "6") << place;
    flip(kSlot + place);
  }
}

TEST_F(FileStoreDamage, CannotTellTheOlderWhereItsHeaderIsNone) {
  for (const std::size_t place : {0U, 7U, 10U, 11U, 16U, 40U, 279U, 300U}) {
    flip(kSlot + place);
    EXPECT_EQ(state_of("alice"), "lost 6") << place;
    flip(kSlot + place);
  }
}

TEST_F(FileStoreDamage, SaysSoOfZeroedSlots) {
  replace(0, Bytes(kSlot));
  EXPECT_EQ(state_of("alice"), "lost 5");
  replace(1, Bytes(kSlot));
  EXPECT_EQ(error(),
            "both copies are damaged: slot 0 does not begin as a slot does, slot 1 does not begin as a slot does");
}

TEST_F(FileStoreDamage, RefusesTwoDamagedSlots) {
  flip(4000);
  flip(kSlot + 4000);
  EXPECT_EQ(error(),
            "both copies are damaged: slot 0 has a seal that does not fit, slot 1 has a seal that does not fit");
}

TEST_F(FileStoreDamage, MendsALostCopyWithTheNextSave) {
  flip(4000);
  save("alice", 9);
  EXPECT_EQ(state_of("alice"), "9");
  const Bytes mended = read_file(file("alice"));
  EXPECT_EQ(Bytes(mended.begin() + kSlot, mended.end()), Bytes(image.begin() + kSlot, image.end()));
}

TEST_F(FileStoreDamage, KeepsAStateThroughEveryTornWrite) {
  save("alice", 7);  // in slot 1
  const Bytes after = read_file(file("alice"));
  const Bytes before = image;
  for (std::size_t sectors = 0; sectors <= 16; ++sectors) {
    image = before;
    std::copy_n(after.begin() + kSlot, sectors * 512, image.begin() + kSlot);
    write_file(file("alice"), image);
    const bool whole = sectors == 0 || sectors == 16;
    EXPECT_EQ(state_of("alice"), !whole ? "lost 6" : sectors == 0 ? "6" : "7") << sectors << " sectors written";
  }
}

TEST_F(FileStoreDamage, LosesNothingWhenAProcessIsKilledInTheMidstOfASave) {
  save("alice", 7);  // in slot 1, its second page first
  const Bytes after = read_file(file("alice"));
  std::copy_n(after.begin() + kSlot + 4096, 4096, image.begin() + kSlot + 4096);
  write_file(file("alice"), image);
  EXPECT_EQ(state_of("alice"), "6");
  save("alice", 8);
  EXPECT_EQ(state_of("alice"), "8");
  EXPECT_NE(read_file(file("alice")), image);
}

TEST_F(FileStoreDamage, RefusesAnUnknownFormatInEitherSlot) {
  for (const std::size_t slot : {0U, 1U}) {
    flip(slot * kSlot + 8);
    EXPECT_EQ(error(), "has the unknown format 17") << "it must not fall back to an older state";
    flip(slot * kSlot + 8);
  }
}

TEST_F(FileStoreDamage, RefusesAnUnknownKeyInEitherSlot) {
  for (const std::size_t slot : {0U, 1U}) {
    flip(slot * kSlot + 12);
    EXPECT_EQ(error(), "is sealed with a key that the key file lacks");
    flip(slot * kSlot + 12);
  }
}

TEST_F(FileStoreDamage, RefusesARecordWhoseNewerKeyIsMissing) {
  test::FixedKeys both(keyring_of(std::string(test::kOldKeyLine) + test::kNewKeyLine + test::kAuditLine));
  {
    const auto newer = make_file_store(users, both);
    const auto record = newer->open(test::user("alice"));
    ASSERT_TRUE(record && *record);
    ASSERT_TRUE((*record)->save(test::record_with(7), Copies::kOne, Durability::kFlushed));
  }
  EXPECT_EQ(error(), "is sealed with a key that the key file lacks") << "an old key file brings used codes back";
}

TEST_F(FileStoreDamage, RefusesTheRecordOfAnotherUser) {
  create("bob", 8);
  std::filesystem::rename(file("bob"), file("alice"));
  EXPECT_EQ(error(), "belongs to another user");
}

TEST_F(FileStoreDamage, RefusesASlotOfAnotherUser) {
  create("bob", 8);
  const Bytes bob = read_file(file("bob"));
  replace(0, bob);
  EXPECT_EQ(error(), "belongs to another user");
}

TEST_F(FileStoreDamage, RefusesEqualSequencesWithDifferentContent) {
  const SlotLabel same{SlotIndex::kSecond, 3, Durability::kFlushed};  // as slot 0 has
  Bytes slot(kSlot);
  const std::span<std::uint8_t, kSlotBytes> out(slot);
  ASSERT_TRUE(seal_slot(same, test::user("alice"), *with_saves(*test::record_with(6), 2), keyring, out));
  replace(1, slot);
  EXPECT_EQ(state_of("alice"), "6") << "the same content is no contradiction";
  ASSERT_TRUE(seal_slot(same, test::user("alice"), *test::record_with(7), keyring, out));
  replace(1, slot);
  EXPECT_EQ(error(), "both copies claim to be the newest and differ");
}

TEST_F(FileStoreDamage, RefusesOtherSizes) {
  const char* const why = "is not 16384 bytes long";
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kSlot, 2 * kSlot - 1, 2 * kSlot + 1, 3 * kSlot}) {
    Bytes resized = image;
    resized.resize(size);
    write_file(file("alice"), resized);
    EXPECT_EQ(error(), why) << size;
  }
}

TEST_F(FileStoreDamage, RefusesOtherModes) {
  for (const mode_t mode : {0644U, 0640U, 0660U, 0666U, 0700U, 0400U, 04600U}) {
    ::chmod(file("alice").c_str(), mode);
    EXPECT_NE(error(), "no error") << mode;
  }
}

TEST_F(FileStoreDamage, RefusesAForeignOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a file away";
  ASSERT_EQ(::chown(file("alice").c_str(), 65534, 65534), 0);
  EXPECT_EQ(error(), "belongs to uid 65534 and not to root");
}

TEST_F(FileStoreDamage, RefusesWhatIsNoRegularFile) {
  std::filesystem::rename(file("alice"), file("real"));
  std::filesystem::create_symlink("real", file("alice"));
  EXPECT_EQ(error(), "is a symbolic link");
  std::filesystem::remove(file("alice"));
  ASSERT_EQ(::mkfifo(file("alice").c_str(), 0600), 0);
  EXPECT_EQ(error(), "is not a regular file");
  std::filesystem::remove(file("alice"));
  std::filesystem::create_symlink("nowhere", file("alice"));
  EXPECT_EQ(error(), "is a symbolic link") << "a dangling link is not a missing record";
}

TEST_F(FileStoreDamage, RefusesADirectoryInThePlaceOfARecord) {
  std::filesystem::remove(file("alice"));
  ASSERT_EQ(::mkdir(file("alice").c_str(), 0700), 0);
  EXPECT_FALSE(store->open(test::user("alice")));
  EXPECT_FALSE(store->read(test::user("alice")));
}

TEST_F(FileStoreDamage, NeverTakesAMissingDirectoryForAMissingRecord) {
  std::filesystem::rename(users, users + ".away");
  EXPECT_FALSE(store->open(test::user("alice")));
  EXPECT_FALSE(store->read(test::user("bob")));
  EXPECT_FALSE(store->for_each([](const StoreEntry&) {}));
  EXPECT_FALSE(store->create(test::user("bob"), test::record_with(1)));
}

TEST_F(FileStoreDamage, RefusesAnUntrustedDirectory) {
  for (const mode_t mode : {0755U, 0770U, 0777U}) {
    ::chmod(users.c_str(), mode);
    EXPECT_FALSE(store->open(test::user("alice"))) << mode;
    EXPECT_FALSE(store->read(test::user("bob"))) << mode;
  }
  ::chmod(users.c_str(), 0700);
  std::filesystem::create_symlink(users, directory.path("link"));
  EXPECT_FALSE(make_file_store(directory.path("link"), keys)->read(test::user("alice")));
}

}  // namespace
}  // namespace twinlock
