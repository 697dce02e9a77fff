#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "store/file_store.h"
#include "unit/store/child.h"
#include "unit/store/store_fixture.h"

namespace twinlock {
namespace {

using namespace std::chrono_literals;
using test::ended_well;
using test::is_running;
using test::record_with;
using test::SharedNumber;
using test::start_child;
using test::user;

constexpr auto kPatience = 60s;  // for waits that end by an event, on however slow a machine

class FileStoreLock : public test::StoreTest {
 protected:
  std::unique_ptr<LockedRecord> locked(std::string_view name) {
    auto record = store->open(user(name));
    EXPECT_TRUE(record) << record.error().text();
    return record ? std::move(*record) : nullptr;
  }
  /// How many descriptors of this process are open on the file, under whatever name it had.
  [[nodiscard]] std::size_t openings(const std::string& name) const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      if (std::filesystem::read_symlink(entry.path(), gone).string().starts_with(file(name)) && !gone) ++count;
    }
    return count;
  }
  /// Opens the record in a thread, and returns once that thread has the file open and can only wait for its lock.
  std::thread start_waiter(const std::function<void(Result<std::unique_ptr<LockedRecord>>)>& then) {
    const auto before = openings("alice");
    std::thread waiter([this, then] { then(make_store(kPatience)->open(user("alice"))); });
    while (openings("alice") == before) std::this_thread::yield();
    return waiter;
  }
};

TEST_F(FileStoreLock, KeepsOthersOutForABoundedTime) {
  create("alice", 5);
  const auto holder = locked("alice");
  const auto second = store->open(user("alice"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Error::Code::kStore);
  EXPECT_EQ(second.error().what, file("alice"));
  EXPECT_EQ(second.error().why, "is locked by another process");
}

TEST_F(FileStoreLock, ConcernsOneUserOnly) {
  create("alice", 5);
  create("bob", 6);
  const auto holder = locked("alice");
  EXPECT_EQ(state_of("bob"), "6");
}

TEST_F(FileStoreLock, DoesNotStopReaders) {
  create("alice", 5);
  const auto holder = locked("alice");
  const auto read = store->read(user("alice"));
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((**read).record->uid, 5U);
}

TEST_F(FileStoreLock, KeepsReadersFromCallingASaveDamage) {
  create("alice", 5);
  test::Bytes torn = test::read_file(file("alice"));
  torn[8192 + 4000] ^= 1U;  // in slot 1, the newer one
  test::write_file(file("alice"), torn);
  const auto holder = locked("alice");  // whoever holds the lock may be about to finish that slot
  const auto read = store->read(user("alice"));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().why, "is locked by another process");
}

TEST_F(FileStoreLock, ServesReadersTheStateBeforeASaveThatIsUnderWay) {
  create("alice", 5);
  test::Bytes half_written = test::read_file(file("alice"));
  half_written[4096] ^= 1U;  // in slot 0, the older one, to which the holder saves; its header comes last
  const auto holder = locked("alice");
  test::write_file(file("alice"), half_written);
  const auto read = store->read(user("alice"));
  ASSERT_TRUE(read && *read);
  EXPECT_EQ(std::pair((**read).record->uid, (**read).lost_copy), std::pair(5U, false));
}

TEST_F(FileStoreLock, LetsReadersWaitForTheEndOfASave) {
  create("alice", 5);
  auto holder = locked("alice");
  test::Bytes half_written = test::read_file(file("alice"));
  half_written[8192 + 4000] ^= 1U;  // in slot 1, the newer one
  test::write_file(file("alice"), half_written);
  const auto before = openings("alice");
  std::string seen;
  std::thread reader([&] {
    const auto read = make_store(kPatience)->read(user("alice"));
    seen = !read || !*read ? "error" : ((**read).lost_copy ? "lost " : "") + std::to_string((**read).record->uid);
  });
  while (openings("alice") == before) std::this_thread::yield();
  EXPECT_TRUE(holder->save(record_with(6), Copies::kOne, Durability::kFlushed));
  holder.reset();
  reader.join();
  EXPECT_EQ(seen, "6");
}

TEST_F(FileStoreLock, EndsWithTheObject) {
  create("alice", 5);
  locked("alice").reset();
  EXPECT_NE(locked("alice"), nullptr);
}

TEST_F(FileStoreLock, EndsEvenIfAForkedChildStillHasTheFile) {
  create("alice", 5);
  auto holder = locked("alice");
  const pid_t child = start_child([] { return ::pause() == 0; });
  holder.reset();
  EXPECT_NE(locked("alice"), nullptr);
  ::kill(child, SIGKILL);
  EXPECT_FALSE(ended_well(child));
}

TEST_F(FileStoreLock, EndsWithAKilledProcess) {
  create("alice", 5);
  SharedNumber ready;
  const pid_t child = start_child([&] {
    const auto record = store->open(user("alice"));
    ready.set(1);
    return ::pause() == 0;
  });
  while (ready.get() == 0 && is_running(child)) std::this_thread::yield();
  EXPECT_FALSE(store->open(user("alice")));
  ::kill(child, SIGKILL);
  EXPECT_FALSE(ended_well(child));
  EXPECT_NE(locked("alice"), nullptr);
}

TEST_F(FileStoreLock, LetsAWaiterSeeThatTheRecordIsGone) {
  create("alice", 5);
  auto holder = locked("alice");
  std::string seen;
  auto waiter = start_waiter([&](const auto& record) { seen = !record ? "error" : *record ? "record" : "none"; });
  ASSERT_TRUE(holder->remove());
  holder.reset();
  waiter.join();
  EXPECT_EQ(seen, "none");
}

TEST_F(FileStoreLock, LetsAWaiterSeeTheRecordThatWasMadeAnew) {
  create("alice", 5);
  auto holder = locked("alice");
  std::uint32_t seen = 0;
  auto waiter = start_waiter([&](const auto& record) {
    if (!record || !*record) return;
    seen = (*record)->loaded().record->uid;
    const auto saved = (*record)->save(record_with(seen + 1), Copies::kOne, Durability::kFlushed);
    if (!saved) seen = 0;
  });
  ASSERT_TRUE(holder->remove());
  create("alice", 8);
  holder.reset();
  waiter.join();
  EXPECT_EQ(seen, 8U);
  EXPECT_EQ(state_of("alice"), "9") << "the save must not go into the dead file";
}

TEST_F(FileStoreLock, DoesNotRemoveAFileThatReplacedItsOwn) {
  create("alice", 5);
  const auto holder = locked("alice");
  std::filesystem::rename(file("alice"), directory.path("away"));
  create("alice", 8);
  EXPECT_FALSE(holder->remove());
  EXPECT_EQ(state_of("alice"), "8");
}

TEST_F(FileStoreLock, LosesNoUpdateOf32Processes) {
  constexpr std::uint32_t kProcesses = 32;
  constexpr std::uint32_t kUpdates = 10;
  create("alice", 0);
  std::vector<pid_t> children;
  for (std::uint32_t i = 0; i < kProcesses; ++i) {
    children.push_back(start_child([&] {
      const auto patient = make_store(kPatience);
      for (std::uint32_t update = 0; update < kUpdates; ++update) {
        const auto record = patient->open(user("alice"));
        if (!record || !*record || (*record)->loaded().lost_copy) return false;
        const auto next = record_with((*record)->loaded().record->uid + 1);
        if (!(*record)->save(next, update % 3 == 0 ? Copies::kBoth : Copies::kOne, Durability::kFlushed)) return false;
      }
      return true;
    }));
  }
  for (const pid_t child : children) EXPECT_TRUE(ended_well(child));
  EXPECT_EQ(state_of("alice"), std::to_string(kProcesses * kUpdates));
}

TEST_F(FileStoreLock, CreatesOnceHoweverManyTry) {
  std::vector<pid_t> children;
  for (std::uint32_t i = 1; i <= 16; ++i) {
    children.push_back(start_child([&, i] { return static_cast<bool>(store->create(user("alice"), record_with(i))); }));
  }
  int created = 0;
  for (const pid_t child : children) created += ended_well(child) ? 1 : 0;
  EXPECT_EQ(created, 1);
  EXPECT_EQ(files(), 1U);
}

TEST_F(FileStoreLock, ShowsReadersNoDamageDuringSaves) {
  create("alice", 0);
  const auto patient = make_store(kPatience);
  const pid_t child = start_child([&] {
    for (std::uint32_t i = 0; i < 20; ++i) {
      const auto record = patient->open(user("alice"));
      if (!record || !*record) return false;
      for (std::uint32_t j = 1; j <= 300; ++j) {  // one after the other, so that a reader meets many of them half done
        const auto durability = j == 300 ? Durability::kFlushed : Durability::kUnflushed;
        if (!(*record)->save(record_with(i * 300 + j), Copies::kOne, durability)) return false;
      }
    }
    return true;
  });
  std::uint32_t last = 0;
  while (is_running(child)) {
    const auto read = patient->read(user("alice"));
    ASSERT_TRUE(read) << read.error().text();
    ASSERT_TRUE(*read);
    ASSERT_FALSE((**read).lost_copy);
    ASSERT_GE((**read).record->uid, last) << "time ran backwards";
    last = (**read).record->uid;
  }
  EXPECT_TRUE(ended_well(child));
}

TEST_F(FileStoreLock, KeepsWhatWasSavedThroughSigkillAnywhere) {
  create("alice", 0);
  SharedNumber acknowledged;
  for (int round = 0; round < 40; ++round) {
    const unsigned before = acknowledged.get();
    const pid_t child = start_child([&] {
      for (;;) {
        const auto record = store->open(user("alice"));
        if (!record || !*record) return false;
        const auto next = (*record)->loaded().record->uid + 1;
        if (!(*record)->save(record_with(next), Copies::kOne, Durability::kFlushed)) return false;
        acknowledged.set(next);
      }
    });
    while (acknowledged.get() < before + 3 && is_running(child)) std::this_thread::yield();
    EXPECT_GE(acknowledged.get(), before + 3) << "the child could not save";
    ::kill(child, SIGKILL);
    EXPECT_FALSE(ended_well(child));
    const auto record = store->open(user("alice"));
    ASSERT_TRUE(record && *record) << record.error().text();
    const auto served = (*record)->loaded().record->uid;
    EXPECT_GE(served, acknowledged.get());
    EXPECT_LE(served, acknowledged.get() + 1);
    acknowledged.set(served);
  }
}

}  // namespace
}  // namespace twinlock
