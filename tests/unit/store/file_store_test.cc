#include "store/file_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <filesystem>

#include <map>

#include "unit/store/store_fixture.h"

namespace twinlock {
namespace {

using test::Bytes;
using test::read_file;
using test::record_with;
using test::user;

class FileStore : public test::StoreTest {};

std::uint8_t sequence_of(const Bytes& image, std::size_t slot) { return image[slot * 8192 + 16]; }

TEST_F(FileStore, ServesWhatWasCreated) {
  create("alice", 5);
  EXPECT_EQ(state_of("alice"), "5");
  EXPECT_EQ(state_of("bob"), "none");
}

TEST_F(FileStore, KeepsTheWholeRecord) {
  SecretRecord record = record_with(1000);
  record->code_key.fill(7);
  record->known[3] = {*Network::parse("192.0.2.7"), {1'700'000'000}, {5, {6}}};
  ASSERT_TRUE(store->create(user("alice"), record));
  const auto read = store->read(user("alice"));
  ASSERT_TRUE(read && *read);
  EXPECT_TRUE(*(**read).record == *with_saves(*record, record->saves + 1));
}

TEST_F(FileStore, CreatesTwoValidSlotsInAPrivateFile) {
  const mode_t umask_before = ::umask(0277);  // the host program's business, not ours
  create("alice", 5);
  ::umask(umask_before);
  struct stat status {};
  ASSERT_EQ(::stat(file("alice").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  EXPECT_EQ(status.st_size, 16384);
  EXPECT_EQ(status.st_nlink, 1U);
  EXPECT_GE(status.st_blocks, 32) << "every block is there before the first login needs it";
  const Bytes image = read_file(file("alice"));
  EXPECT_EQ(sequence_of(image, 0), 1);
  EXPECT_EQ(sequence_of(image, 1), 2);
  EXPECT_EQ(files(), 1U);
}

TEST_F(FileStore, NeverReplacesARecord) {
  create("alice", 5);
  const auto again = store->create(user("alice"), record_with(6));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Error::Code::kExists);
  EXPECT_EQ(state_of("alice"), "5");
  EXPECT_EQ(files(), 1U);
}

TEST_F(FileStore, WritesTheOlderSlotOnly) {
  create("alice", 5);
  const Bytes before = read_file(file("alice"));
  save("alice", 6);
  const Bytes after = read_file(file("alice"));
  EXPECT_EQ(sequence_of(after, 0), 3);
  EXPECT_EQ(Bytes(before.begin() + 8192, before.end()), Bytes(after.begin() + 8192, after.end()));
  save("alice", 7);
  EXPECT_EQ(sequence_of(read_file(file("alice")), 1), 4);
  EXPECT_EQ(state_of("alice"), "7");
}

TEST_F(FileStore, SavesManyTimesThroughOneLock) {
  create("alice", 0);
  const auto record = store->open(user("alice"));
  ASSERT_TRUE(record && *record);
  for (std::uint32_t i = 1; i <= 5; ++i) {
    ASSERT_TRUE((*record)->save(record_with(i), i % 2 == 0 ? Copies::kBoth : Copies::kOne, Durability::kFlushed));
    const auto read = store->read(user("alice"));
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((**read).record->uid, i);
    EXPECT_FALSE((**read).lost_copy);
  }
}

TEST_F(FileStore, WritesBothCopiesOfAnAdministratorsAct) {
  create("alice", 5);
  save("alice", 6, Copies::kBoth);
  const Bytes image = read_file(file("alice"));
  EXPECT_EQ(sequence_of(image, 0), 3);
  EXPECT_EQ(sequence_of(image, 1), 4);
  for (const std::size_t slot : {0U, 1U}) {
    Bytes torn = image;
    torn[slot * 8192 + 4000] ^= 1U;
    test::write_file(file("alice"), torn);
    EXPECT_EQ(state_of("alice"), slot == 0 ? "6" : "lost 6");  // the newer one alone might have held more
  }
}

TEST_F(FileStore, OverwritesAnUnflushedStateAndKeepsTheFlushedOne) {
  create("alice", 5);
  save("alice", 6, Copies::kOne, Durability::kUnflushed);  // in slot 0; perhaps never on disk
  const Bytes before = read_file(file("alice"));
  save("alice", 7);
  const Bytes after = read_file(file("alice"));
  EXPECT_EQ(state_of("alice"), "7");
  EXPECT_EQ(sequence_of(after, 0), 4);
  EXPECT_EQ(Bytes(before.begin() + 8192, before.end()), Bytes(after.begin() + 8192, after.end()));
}

TEST_F(FileStore, RemovesARecord) {
  create("alice", 5);
  {
    const auto record = store->open(user("alice"));
    ASSERT_TRUE(record && *record);
    ASSERT_TRUE((*record)->remove());
    EXPECT_FALSE((*record)->save(record_with(6), Copies::kOne, Durability::kFlushed));
  }
  EXPECT_EQ(state_of("alice"), "none");
  EXPECT_EQ(files(), 0U);
  create("alice", 8);
  EXPECT_EQ(state_of("alice"), "8");
}

TEST_F(FileStore, RemovesADamagedRecordAndNamesAMissingOne) {
  create("alice", 5);
  test::write_file(file("alice"), Bytes(100));
  ASSERT_TRUE(store->remove(user("alice")));
  EXPECT_EQ(files(), 0U);
  const auto again = store->remove(user("alice"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Error::Code::kNotFound);
}

TEST_F(FileStore, RemovesAsUnreadableOnlyWhatIs) {
  create("alice", 5);
  const auto refused = store->remove_unreadable(user("alice"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::kExists);
  EXPECT_EQ(state_of("alice"), "5");
  Bytes one_copy_lost = read_file(file("alice"));
  one_copy_lost[100] ^= 1U;
  test::write_file(file("alice"), one_copy_lost);
  EXPECT_FALSE(store->remove_unreadable(user("alice")));
  for (const std::size_t size : {0U, 100U, 16384U, 20000U}) {
    test::write_file(file("alice"), Bytes(size));
    std::filesystem::permissions(file("alice"), std::filesystem::perms(0644));  // that is mended, not removed
    EXPECT_EQ(store->remove_unreadable(user("alice")).error().code, Error::Code::kStore);
    std::filesystem::permissions(file("alice"), std::filesystem::perms(0600));
    EXPECT_TRUE(store->remove_unreadable(user("alice"))) << size;
    EXPECT_EQ(files(), 0U);
  }
  EXPECT_EQ(store->remove_unreadable(user("alice")).error().code, Error::Code::kNotFound);
}

TEST_F(FileStore, RemovesNothingUnreadableThatIsLocked) {
  create("alice", 5);
  const auto record = store->open(user("alice"));
  ASSERT_TRUE(record && *record);
  EXPECT_EQ(store->remove_unreadable(user("alice")).error().code, Error::Code::kStore);
  EXPECT_EQ(files(), 1U);
}

TEST_F(FileStore, DoesNotRemoveARecordThatIsLocked) {
  create("alice", 5);
  const auto record = store->open(user("alice"));
  ASSERT_TRUE(record && *record);
  const auto removed = store->remove(user("alice"));
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, Error::Code::kStore);
  EXPECT_EQ(files(), 1U);
}

TEST_F(FileStore, NeverOpensTheOldRecordUnderANewName) {
  create("alice", 5);
  std::filesystem::rename(file("alice"), file("bob"));
  EXPECT_EQ(state_of("alice"), "none");
  EXPECT_NE(state_of("bob").find("belongs to another user"), std::string::npos);
}

TEST_F(FileStore, KeepsNastyNamesApartAndInside) {
  const std::vector<std::string> names = {"alice",
                                          "../x",
                                          "a/b",
                                          "%2e",
                                          "a b",
                                          "DOMAIN\\alice",
                                          "zo\xC3\xAB",
                                          ".hidden",
                                          "~tilde",
                                          "..",
                                          ".",
                                          "%2E",
                                          "a%2Fb",
                                          "/etc/passwd",
                                          std::string(255, 'n'),
                                          std::string(255, '/'),
                                          "alice@example.com",
                                          " "};
  for (std::uint32_t i = 0; i < names.size(); ++i) create(names[i], i);
  for (std::uint32_t i = 0; i < names.size(); ++i) EXPECT_EQ(state_of(names[i]), std::to_string(i)) << names[i];
  EXPECT_EQ(files(), names.size());
  const std::filesystem::directory_iterator outside(directory.path());
  EXPECT_EQ(std::distance(begin(outside), end(outside)), 1) << "something lies beside the users directory";

  std::map<std::string, std::uint32_t> seen;
  ASSERT_TRUE(store->for_each([&](const StoreEntry& entry) {
    ASSERT_TRUE(entry.loaded) << entry.name << entry.loaded.error().text();
    seen[entry.name] = (*entry.loaded).record->uid;
  }));
  EXPECT_EQ(seen.size(), names.size());
  for (std::uint32_t i = 0; i < names.size(); ++i) EXPECT_EQ(seen[names[i]], i) << names[i];
}

TEST_F(FileStore, ListsTheGoodTheBadAndTheForeign) {
  create("alice", 1);
  create("bob", 2);
  create(std::string(255, 'n'), 3);
  Bytes broken = read_file(file("bob"));
  broken[100] ^= 1U;
  broken[8192 + 100] ^= 1U;
  test::write_file(file("bob"), broken);
  const std::string misnamed = "~" + std::string(64, 'a');
  std::filesystem::copy(file("alice"), file(misnamed));
  ::chmod(file(misnamed).c_str(), 0600);
  std::filesystem::create_directory(file("lost+found"));
  std::filesystem::create_symlink("alice", file("link"));
  std::filesystem::copy(file("alice"), file("copy"));
  test::write_file(file(".new-1"), {});

  std::map<std::string, std::string> seen;
  ASSERT_TRUE(store->for_each([&](const StoreEntry& entry) {
    seen[entry.name] = entry.loaded ? std::to_string((*entry.loaded).record->uid) : entry.loaded.error().what;
  }));
  const std::map<std::string, std::string> wanted = {{"alice", "1"},
                                                     {"bob", file("bob")},
                                                     {std::string(255, 'n'), "3"},
                                                     {misnamed, file(misnamed)},
                                                     {"lost+found", file("lost+found")},
                                                     {"link", file("link")},
                                                     {"copy", file("copy") + ", slot 0"}};
  EXPECT_EQ(seen, wanted);
}

TEST_F(FileStore, KeepsItsDescriptorsFromOtherPrograms) {
  create("alice", 5);
  const auto record = store->open(user("alice"));
  ASSERT_TRUE(record && *record);
  int ours = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    if (gone || !target.string().starts_with(users)) continue;
    ++ours;
    EXPECT_NE(::fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC, 0) << target;
  }
  EXPECT_GE(ours, 1);
}

TEST_F(FileStore, LeaksNoDescriptors) {
  create("alice", 0);
  test::write_file(file("damaged"), Bytes(16384));
  const auto before = test::open_descriptors();
  for (std::uint32_t i = 1; i <= 200; ++i) {
    save("alice", i);
    static_cast<void>(store->read(user("alice")));
    static_cast<void>(store->open(user("damaged")));
    static_cast<void>(store->create(user("alice"), record_with(1)));
    ASSERT_TRUE(store->for_each([](const StoreEntry&) {}));
  }
  EXPECT_EQ(test::open_descriptors(), before);
}

}  // namespace
}  // namespace twinlock
