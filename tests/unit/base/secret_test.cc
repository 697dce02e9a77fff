#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <type_traits>

#include "base/secret_box.h"
#include "base/secret_bytes.h"

namespace twinlock {
namespace {

using namespace std::literals;

/// The flags that the kernel shows for the mapping around `address`, such as "rd wr mr mw me dd".
std::string mapping_flags(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t start = 0;
    std::uintptr_t end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &start, &end) == 2) inside = start <= wanted && wanted < end;
    if (inside && line.starts_with("VmFlags:")) return line;
  }
  return "";
}

static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);

TEST(Wipe, LeavesNoByte) {
  std::array<unsigned char, 64> memory{};
  memory.fill(0xA5);
  wipe(memory.data(), memory.size());
  EXPECT_EQ(memory, (std::array<unsigned char, 64>{}));
  wipe(nullptr, 0);
}

TEST(SecretBytes, KeepsWhatItIsGiven) {
  const SecretBytes secret("492\0:039"sv);
  EXPECT_EQ(secret.size(), 8U);
  EXPECT_EQ(secret.text(), "492\0:039"sv);
  EXPECT_EQ(secret.bytes()[0], '4');
}

TEST(SecretBytes, StartsAsZeros) {
  const SecretBytes secret(5000);
  for (const auto byte : secret.bytes()) ASSERT_EQ(byte, 0);
}

TEST(SecretBytes, CanBeEmpty) {
  EXPECT_TRUE(SecretBytes().empty());
  EXPECT_EQ(SecretBytes().text(), "");
  EXPECT_EQ(SecretBytes(std::string_view()).bytes().size(), 0U);
  EXPECT_TRUE(SecretBytes(0).empty());
}

TEST(SecretBytes, MovesAndLeavesNothingBehind) {
  SecretBytes first("492039"sv);
  SecretBytes second(std::move(first));
  EXPECT_EQ(second.text(), "492039");
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): what is left is the point
  first = std::move(second);
  EXPECT_EQ(first.text(), "492039");
  EXPECT_TRUE(second.empty());  // NOLINT(bugprone-use-after-move)
}

TEST(SecretBytes, ShrinksButNeverGrows) {
  SecretBytes secret("492039"sv);
  secret.shrink(3);
  EXPECT_EQ(secret.text(), "492");
  secret.shrink(6);
  EXPECT_EQ(secret.text(), "492");
}

TEST(SecretBytes, StaysOutOfCoreDumps) {
  const SecretBytes secret("492039"sv);
  EXPECT_NE(mapping_flags(secret.bytes().data()).find(" dd"), std::string::npos);
}

TEST(SecretBytes, GivesItsPagesBack) {
  const void* pages = nullptr;
  {
    const SecretBytes secret("492039"sv);
    pages = secret.bytes().data();
  }
  // ENOMEM: nothing is mapped there.
  EXPECT_NE(::msync(const_cast<void*>(pages), static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)), MS_ASYNC), 0);
}

struct Plain {
  int number = 7;
  std::array<char, 8> text{};
};

TEST(SecretBox, StartsWithTheDefaultsOfItsType) {
  const SecretBox<Plain> box;
  EXPECT_EQ(box->number, 7);
  EXPECT_NE(mapping_flags(&*box).find(" dd"), std::string::npos);
}

TEST(SecretBox, CopiesAreIndependent) {
  SecretBox<Plain> first;
  first->number = 1;
  SecretBox<Plain> second(first);
  second->number = 2;
  EXPECT_EQ(first->number, 1);
  first = second;
  second->number = 3;
  EXPECT_EQ(first->number, 2);
}

TEST(SecretBox, MovesItsContent) {
  SecretBox<Plain> first;
  first->number = 1;
  SecretBox<Plain> second;
  second = std::move(first);
  EXPECT_EQ(second->number, 1);
}

}  // namespace
}  // namespace twinlock
