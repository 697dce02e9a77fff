#include "config/trusted_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "unit/config/temporary_directory.h"

namespace twinlock {
namespace {

using testing::HasSubstr;

constexpr uid_t kNobody = 65534;
constexpr std::size_t kLimit = 4096;

TrustedPath public_file(const std::string& path) { return {path, Privacy::kPublic, Error::Code::kConfig}; }
TrustedPath private_file(const std::string& path) { return {path, Privacy::kPrivate, Error::Code::kStore}; }

/// Expects that `path` is refused for `why`, and that the error says how to mend it.
void expect_refusal(const TrustedPath& path, const std::string& why, const std::string& mend) {
  const auto opened = open_trusted_file(path);
  ASSERT_FALSE(opened) << path.path;
  EXPECT_EQ(opened.error().code, path.error);
  EXPECT_THAT(opened.error().why, HasSubstr(why));
  EXPECT_THAT(opened.error().mend, HasSubstr(mend));
}

bool can_give_away() { return ::geteuid() == 0; }

TEST(TrustedFile, IsRead) {
  const TemporaryDirectory here;
  const auto content = read_trusted_file(public_file(here.write("conf", "one\ntwo\n")), kLimit);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->text(), "one\ntwo\n");
}

TEST(TrustedFile, MayBeEmpty) {
  const TemporaryDirectory here;
  const auto content = read_trusted_file(public_file(here.write("conf", "")), kLimit);
  ASSERT_TRUE(content);
  EXPECT_TRUE(content->empty());
}

TEST(TrustedFile, MayBeAsLargeAsTheLimitAndNotLarger) {
  const TemporaryDirectory here;
  const auto file = public_file(here.write("conf", std::string(kLimit, 'x')));
  EXPECT_EQ(read_trusted_file(file, kLimit)->size(), kLimit);
  const auto refused = read_trusted_file(file, kLimit - 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(), file.path + ": is larger than 4095 bytes; put the right file there");
}

TEST(TrustedFile, IsRefusedWhereItHoldsMoreThanItsSizeSays) {
  // Files of procfs claim to be empty: to the reader they look like one that grows meanwhile.
  const auto content = read_trusted_file(public_file("/proc/version"), kLimit);
  ASSERT_FALSE(content);
  EXPECT_THAT(content.error().text(), HasSubstr("was changed while it was read; try again"));
}

TEST(TrustedFile, MayBeReadByOthersOnlyWherePublic) {
  const TemporaryDirectory here;
  const auto path = here.write("key", "secret", 0644);
  EXPECT_TRUE(open_trusted_file(public_file(path)));
  for (const mode_t mode : {0640U, 0604U, 0610U, 0601U}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    expect_refusal(private_file(path), "read by others", "chmod go= " + path);
  }
  ASSERT_EQ(::chmod(path.c_str(), 0400), 0);
  EXPECT_TRUE(open_trusted_file(private_file(path)));
}

TEST(TrustedFile, MustExist) {
  const TemporaryDirectory here;
  expect_refusal(public_file(here.path("conf")), "does not exist", "twinlock init");
  expect_refusal(public_file(here.path("no/conf")), "does not exist", "twinlock init");
  expect_refusal(public_file(here.path("no/such/conf")), "does not exist", "twinlock init");
}

TEST(TrustedFile, IsRefusedWhereOthersMayWrite) {
  const TemporaryDirectory here;
  for (const mode_t mode : {0620U, 0602U, 0666U}) {
    const auto path = here.write("conf", "", mode);
    expect_refusal(public_file(path), "written by others", "chmod go-w " + path);
    expect_refusal(private_file(path), "written by others", "chmod go-w " + path);
  }
}

TEST(TrustedFile, IsRefusedWithAForeignOwner) {
  if (!can_give_away()) GTEST_SKIP() << "only root can give files away";
  const TemporaryDirectory here;
  const auto path = here.write("conf", "");
  ASSERT_EQ(::chown(path.c_str(), kNobody, 0), 0);
  expect_refusal(public_file(path), "belongs to uid 65534", "root " + path);
}

TEST(TrustedFile, IsNeverALink) {
  const TemporaryDirectory here;
  const auto path = here.path("conf");
  ASSERT_EQ(::symlink(here.write("real", "").c_str(), path.c_str()), 0);
  expect_refusal(public_file(path), "symbolic link", "instead of a link");
}

TEST(TrustedFile, IsNeverADanglingLink) {
  const TemporaryDirectory here;
  const auto path = here.path("conf");
  ASSERT_EQ(::symlink("nowhere", path.c_str()), 0);
  expect_refusal(public_file(path), "symbolic link", "instead of a link");
}

TEST(TrustedFile, IsNotAPipeAndAPipeDoesNotHoldUsUp) {
  const TemporaryDirectory here;
  const auto path = here.path("conf");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  expect_refusal(public_file(path), "not a regular file", "put a regular file there");
}

TEST(TrustedFile, IsNotADirectory) {
  const TemporaryDirectory here;
  expect_refusal(public_file(here.make_directory("conf")), "not a regular file", "put a regular file there");
  EXPECT_FALSE(open_trusted_file(public_file("/")));
  EXPECT_FALSE(open_trusted_file(public_file(here.path(".."))));
}

TEST(TrustedFile, IsNotASocketOrDevice) {
  const TemporaryDirectory here;
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  here.path("conf").copy(name.sun_path, sizeof name.sun_path - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
  EXPECT_FALSE(open_trusted_file(public_file(here.path("conf"))));
  EXPECT_FALSE(open_trusted_file(public_file("/dev/null")));
}

TEST(TrustedFile, NeedsAnAbsolutePath) {
  for (const auto* path : {"", "conf", "./conf", "../conf", "~/conf"}) {
    expect_refusal(public_file(path), "not an absolute path", "from / on");
  }
  expect_refusal(public_file(std::string("/etc/passwd\0x", 13)), "not an absolute path", "from / on");
}

TEST(TrustedFile, IsFoundBehindDotsAndDoubledSlashes) {
  const TemporaryDirectory here;
  static_cast<void>(here.write("conf", "found"));
  static_cast<void>(here.make_directory("below"));
  for (const auto* name : {"/conf", "./conf", "././/conf", "below/../conf"}) {
    EXPECT_TRUE(open_trusted_file(public_file(here.path(name)))) << name;
  }
}

TEST(TrustedFile, IsRefusedInADirectoryThatOthersMayWrite) {
  const TemporaryDirectory here;
  for (const mode_t mode : {0770U, 0707U, 01777U}) {
    const auto directory = here.make_directory("etc", mode);
    const auto path = here.write("etc/conf", "");
    expect_refusal(public_file(path), "written by others", "chmod go-w " + directory);
  }
}

TEST(TrustedFile, MayBePrivateInAPublicDirectory) {
  const TemporaryDirectory here;
  static_cast<void>(here.make_directory("etc", 0755));
  EXPECT_TRUE(open_trusted_file(private_file(here.write("etc/key", ""))));
}

TEST(TrustedFile, IsRefusedInADirectoryOfAForeignOwner) {
  if (!can_give_away()) GTEST_SKIP() << "only root can give directories away";
  const TemporaryDirectory here;
  const auto directory = here.make_directory("etc", 0755);
  const auto path = here.write("etc/conf", "");
  ASSERT_EQ(::chown(directory.c_str(), kNobody, 0), 0);
  expect_refusal(public_file(path), "belongs to uid 65534", "root " + directory);
}

TEST(TrustedFile, IsNotFoundThroughALinkedLastDirectory) {
  const TemporaryDirectory here;
  static_cast<void>(here.make_directory("real"));
  static_cast<void>(here.write("real/conf", ""));
  ASSERT_EQ(::symlink("real", here.path("etc").c_str()), 0);
  for (const auto* name : {"etc/conf", "etc/./conf", "etc//conf"}) {
    expect_refusal(public_file(here.path(name)), "is a link or no directory", "instead of a link");
  }
}

TEST(TrustedFile, IsFoundThroughLinksOfRootFurtherUp) {
  const TemporaryDirectory here;
  static_cast<void>(here.make_directory("real"));
  static_cast<void>(here.make_directory("real/etc"));
  static_cast<void>(here.write("real/etc/conf", ""));
  ASSERT_EQ(::symlink("real", here.path("relative").c_str()), 0);
  ASSERT_EQ(::symlink(here.path("real").c_str(), here.path("absolute").c_str()), 0);
  ASSERT_EQ(::symlink("../absolute/.", here.path("real/twice").c_str()), 0);
  for (const auto* name : {"relative/etc/conf", "absolute/etc/conf", "real/twice/etc/conf"}) {
    const auto opened = open_trusted_file(public_file(here.path(name)));
    EXPECT_TRUE(opened) << opened.error().text();
  }
}

TEST(TrustedFile, IsNotFoundThroughForeignLinksFurtherUp) {
  if (!can_give_away()) GTEST_SKIP() << "only root can give links away";
  const TemporaryDirectory here;
  static_cast<void>(here.make_directory("real"));
  static_cast<void>(here.make_directory("real/etc"));
  static_cast<void>(here.write("real/etc/conf", ""));
  ASSERT_EQ(::symlink("real", here.path("link").c_str()), 0);
  ASSERT_EQ(::lchown(here.path("link").c_str(), kNobody, 0), 0);
  expect_refusal(public_file(here.path("link/etc/conf")), "belongs to uid 65534", "chown -h root " + here.path("link"));
}

TEST(TrustedFile, IsNotFoundInALoopOfLinks) {
  const TemporaryDirectory here;
  ASSERT_EQ(::symlink("loop", here.path("loop").c_str()), 0);
  EXPECT_FALSE(open_trusted_file(public_file(here.path("loop/etc/conf"))));
}

TEST(TrustedFile, IsRefusedBelowAParentThatAnybodyMayRename) {
  const TemporaryDirectory here;
  const auto parent = here.make_directory("parent", 0777);
  static_cast<void>(here.make_directory("parent/etc"));
  const auto path = here.write("parent/etc/conf", "");
  expect_refusal(public_file(path), "written by everybody", "chmod o-w " + parent);
  ASSERT_EQ(::chmod(parent.c_str(), 01777), 0);
  EXPECT_TRUE(open_trusted_file(public_file(path)));
  ASSERT_EQ(::chmod(parent.c_str(), 0775), 0);  // like /var/log on some distributions
  EXPECT_TRUE(open_trusted_file(public_file(path)));
}

TEST(TrustedFile, IsRefusedBelowAForeignParent) {
  if (!can_give_away()) GTEST_SKIP() << "only root can give directories away";
  const TemporaryDirectory here;
  const auto parent = here.make_directory("parent", 0755);
  static_cast<void>(here.make_directory("parent/etc"));
  const auto path = here.write("parent/etc/conf", "");
  ASSERT_EQ(::chown(parent.c_str(), kNobody, 0), 0);
  expect_refusal(public_file(path), "belongs to uid 65534", "root " + parent);
}

TEST(TrustedFile, IsRefusedBelowAFile) {
  const TemporaryDirectory here;
  static_cast<void>(here.write("file", ""));
  expect_refusal(public_file(here.path("file/conf")), "no directory", "put the directory");
  expect_refusal(public_file(here.path("file/etc/conf")), "is not a directory", "put a directory");
}

TEST(TrustedFile, IsClosedWhenProgramsAreStarted) {
  const TemporaryDirectory here;
  const auto file = open_trusted_file(public_file(here.write("conf", "")));
  const auto directory = open_trusted_directory(public_file(here.path()));
  ASSERT_TRUE(file && directory);
  EXPECT_EQ(::fcntl(file->get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_EQ(::fcntl(directory->get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(TrustedDirectory, CanBeWorkedIn) {
  const TemporaryDirectory here;
  static_cast<void>(here.write("record", ""));
  const auto directory = open_trusted_directory(private_file(here.path() + "/"));
  ASSERT_TRUE(directory);
  EXPECT_EQ(::faccessat(directory->get(), "record", R_OK, 0), 0);
  EXPECT_TRUE(open_trusted_directory(public_file("/")));
}

TEST(TrustedDirectory, IsRefusedLikeAFile) {
  const TemporaryDirectory here;
  ASSERT_EQ(::symlink(here.make_directory("real").c_str(), here.path("link").c_str()), 0);
  static_cast<void>(here.make_directory("open", 0755));
  static_cast<void>(here.make_directory("shared", 01777));
  static_cast<void>(here.write("file", ""));
  for (const auto* name : {"link", "link/", "link/.", "open", "shared", "file", "missing"}) {
    const auto opened = open_trusted_directory(private_file(here.path(name)));
    ASSERT_FALSE(opened) << name;
    EXPECT_EQ(opened.error().code, Error::Code::kStore);
    EXPECT_NE(opened.error().mend, "") << name;
  }
  EXPECT_TRUE(open_trusted_directory(public_file(here.path("open"))));
}

TEST(TrustedFile, SaysThatPermissionIsMissing) {
  const TemporaryDirectory here;
  const auto file = public_file(here.write("conf", "", 0));
  const uid_t before = ::geteuid();
  if (before == 0) {
    ASSERT_EQ(0, ::seteuid(65534));  // root is refused nothing
  }
  const auto opened = open_trusted_file(file);
  ASSERT_EQ(0, ::seteuid(before));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Error::Code::kPermission);
}

}  // namespace
}  // namespace twinlock
