// System calls that fail, in forked children: full disks, failing flushes, small limits.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <cerrno>

#include "store/file_store.h"
#include "unit/store/child.h"
#include "unit/store/store_fixture.h"

namespace twinlock {
namespace {

using test::FailingCall;
using test::in_child;
using test::make_fail;
using test::record_with;
using test::user;

constexpr unsigned kOffsetOfPwrite = 3;

/// Alice's record with the state 5 in slot 1 (older) and 6 in slot 0.
class FileStoreFault : public test::StoreTest {
 protected:
  void SetUp() override {
    create("alice", 5);
    save("alice", 6);
  }
  /// Whether, in a child where `call` fails, a save fails, further saves are refused, and the old state is served.
  bool save_fails_well(const FailingCall& call, Copies copies = Copies::kOne) {
    return in_child([&] {
      {
        const auto record = store->open(user("alice"));
        if (!record || !*record || !make_fail(call)) return false;
        const auto saved = (*record)->save(record_with(7), copies, Durability::kFlushed);
        if (saved || saved.error().code != Error::Code::kStore) return false;
        if ((*record)->save(record_with(8), copies, Durability::kUnflushed)) return false;
      }
      return state_of("alice") == "6";
    });
  }
  /// Whether, in a child where `call` fails, a creation fails and leaves nothing behind.
  bool creation_fails_well(const FailingCall& call) {
    return in_child([&] {
      if (!make_fail(call)) return false;
      const auto created = store->create(user("bob"), record_with(1));
      return !created && created.error().code == Error::Code::kStore && files() == 1;
    });
  }
};

TEST_F(FileStoreFault, ServesTheOldStateAfterAFailedFlush) {
  EXPECT_TRUE(save_fails_well({SYS_fdatasync, EIO}));
  EXPECT_EQ(state_of("alice"), "6");
}

TEST_F(FileStoreFault, ServesTheOldStateAfterAFailedFlushOfBothCopies) {
  EXPECT_TRUE(save_fails_well({SYS_fdatasync, EIO}, Copies::kBoth));
  EXPECT_EQ(state_of("alice"), "6");
}

TEST_F(FileStoreFault, ServesTheOldStateAfterAFailedWrite) {
  EXPECT_TRUE(save_fails_well({SYS_pwrite64, ENOSPC}));
  EXPECT_EQ(state_of("alice"), "6");
}

TEST_F(FileStoreFault, ServesTheOldStateAfterAFailedWriteOfTheSecondCopy) {
  EXPECT_TRUE(save_fails_well({SYS_pwrite64, ENOSPC, kOffsetOfPwrite, 0}, Copies::kBoth));
  EXPECT_EQ(state_of("alice"), "6");
}

TEST_F(FileStoreFault, FlushesOnlyWhereAsked) {
  EXPECT_TRUE(in_child([&] {
    const auto record = store->open(user("alice"));
    if (!record || !*record || !make_fail({SYS_fdatasync, EIO})) return false;
    return static_cast<bool>((*record)->save(record_with(7), Copies::kOne, Durability::kUnflushed));
  }));
  EXPECT_EQ(state_of("alice"), "7");
}

TEST_F(FileStoreFault, ChangesNoMetadataInASave) {
  // None of the calls that could move a record or need a new block.
  for (const long number :
       {SYS_fsync, SYS_ftruncate, SYS_fallocate, SYS_fchmod, SYS_renameat2, SYS_linkat, SYS_unlinkat}) {
    EXPECT_TRUE(in_child([&] {
      if (!make_fail({number, EIO})) return false;
      const auto record = store->open(user("alice"));
      return record && *record && (*record)->save(record_with(7), Copies::kOne, Durability::kFlushed);
    })) << number;
  }
}

TEST_F(FileStoreFault, RefusesToSaveUnderASmallFileSizeLimit) {
  EXPECT_TRUE(in_child([&] {
    const auto record = store->open(user("alice"));
    const struct rlimit small = {4096, RLIM_INFINITY};  // anybody can set this before he calls su
    if (!record || !*record || ::setrlimit(RLIMIT_FSIZE, &small) != 0) return false;
    return !(*record)->save(record_with(7), Copies::kOne, Durability::kFlushed) &&
           !store->create(user("bob"), record_with(1)) && files() == 1;
  })) << "SIGXFSZ killed it, or it wrote half a slot";
  EXPECT_EQ(state_of("alice"), "6");
}

TEST_F(FileStoreFault, SaysThatLocksDoNotWork) {
  EXPECT_TRUE(in_child([&] {
    constexpr unsigned kCommandOfFcntl = 1;
    if (!make_fail({SYS_fcntl, ENOLCK, kCommandOfFcntl, F_OFD_SETLK})) return false;
    const auto record = store->open(user("alice"));
    return !record && record.error().why.starts_with("cannot be locked");
  }));
}

TEST_F(FileStoreFault, NeverTakesAReadErrorForAMissingRecord) {
  EXPECT_TRUE(in_child([&] {
    return make_fail({SYS_pread64, EIO}) && !store->open(user("alice")) && !store->read(user("alice"));
  }));
}

TEST_F(FileStoreFault, NeverTakesARefusedOpenForAMissingRecord) {
  for (const int error : {EACCES, EMFILE, EIO, ENOTDIR}) {
    EXPECT_TRUE(in_child([&] {
      const auto flags = static_cast<std::uint32_t>(O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
      constexpr unsigned kFlagsOfOpenat = 2;
      return make_fail({SYS_openat, error, kFlagsOfOpenat, flags}) && !store->read(user("alice"));
    })) << error;
  }
}

TEST_F(FileStoreFault, LeavesNothingOfAFailedCreation) {
  EXPECT_TRUE(creation_fails_well({SYS_pwrite64, ENOSPC}));
  EXPECT_TRUE(creation_fails_well({SYS_fsync, EIO}));
  EXPECT_TRUE(creation_fails_well({SYS_linkat, EIO}));
  EXPECT_EQ(state_of("bob"), "none");
}

TEST_F(FileStoreFault, LeavesNothingWhereOnlyTheDirectoryCannotBeFlushed) {
  // Each descriptor number that a creation may use fails in turn: one is the file, one the directory.
  int failures = 0;
  for (std::uint32_t fd = 3; fd < 20; ++fd) {
    const bool failed_well = creation_fails_well({SYS_fsync, EIO, 0, fd});
    EXPECT_EQ(state_of("bob"), failed_well ? "none" : "1") << fd;
    failures += failed_well ? 1 : 0;
    std::filesystem::remove(file("bob"));
  }
  EXPECT_EQ(failures, 2);
}

/// Fails O_TMPFILE as file systems do that have no unnamed files.
FailingCall no_unnamed_files() {
  constexpr unsigned kFlagsOfOpenat = 2;
  return {SYS_openat, EOPNOTSUPP, kFlagsOfOpenat, static_cast<std::uint32_t>(O_TMPFILE | O_RDWR | O_CLOEXEC)};
}

TEST_F(FileStoreFault, CreatesOnFileSystemsWithoutUnnamedFiles) {
  EXPECT_TRUE(in_child(
      [&] { return make_fail(no_unnamed_files()) && store->create(user("bob"), record_with(9)) && files() == 2; }));
  EXPECT_EQ(state_of("bob"), "9");
}

TEST_F(FileStoreFault, NeverReplacesARecordWithoutUnnamedFiles) {
  EXPECT_TRUE(in_child([&] {
    if (!make_fail(no_unnamed_files())) return false;
    const auto created = store->create(user("alice"), record_with(9));
    return !created && created.error().code == Error::Code::kExists && files() == 1;
  }));
  EXPECT_EQ(state_of("alice"), "6");
}

TEST_F(FileStoreFault, LeavesNothingOfAFailedCreationWithoutUnnamedFiles) {
  for (const long number : {SYS_pwrite64, SYS_fsync, SYS_renameat2}) {
    EXPECT_TRUE(in_child([&] {
      return make_fail(no_unnamed_files()) && make_fail({number, EIO}) && !store->create(user("bob"), record_with(9)) &&
             files() == 1;
    })) << number;
  }
}

TEST_F(FileStoreFault, LeavesNothingOfACreationThatIsKilled) {
  const auto killed_at = [&](const FailingCall& call) {
    EXPECT_FALSE(in_child([&] { return !make_fail(call) || store->create(user("bob"), record_with(9)); }));
    return state_of("bob");
  };
  for (const long number : {SYS_pwrite64, SYS_fchmod, SYS_fsync, SYS_linkat}) {
    EXPECT_EQ(killed_at({number, FailingCall::kKills}), "none") << number;
    EXPECT_EQ(files(), 1U) << number;
  }
}

/// A file system of `size` over the users directory, in a mount namespace of this (child) process alone.
bool mount_small(const std::string& users, const char* size) {
  const std::string options = std::string("mode=0700,size=") + size;
  return ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", users.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

TEST_F(FileStoreFault, LeavesNothingOnAFullDisk) {
  if (::geteuid() != 0 || !in_child([&] { return mount_small(users, "1m"); })) GTEST_SKIP() << "cannot mount";
  for (const bool unnamed : {true, false}) {
    EXPECT_TRUE(in_child([&] {
      if (!mount_small(users, "12k") || !(unnamed || make_fail(no_unnamed_files()))) return false;
      const auto created = store->create(user("bob"), record_with(1));
      return !created && created.error().code == Error::Code::kStore && files() == 0 && state_of("bob") == "none";
    }));
  }
}

TEST_F(FileStoreFault, SavesOnAFullDisk) {
  if (::geteuid() != 0 || !in_child([&] { return mount_small(users, "1m"); })) GTEST_SKIP() << "cannot mount";
  EXPECT_TRUE(in_child([&] {
    if (!mount_small(users, "16k") || !store->create(user("bob"), record_with(1))) return false;
    if (store->create(user("carol"), record_with(1))) return false;
    const auto record = store->open(user("bob"));
    return record && *record && (*record)->save(record_with(2), Copies::kBoth, Durability::kFlushed);
  }));
}

}  // namespace
}  // namespace twinlock
