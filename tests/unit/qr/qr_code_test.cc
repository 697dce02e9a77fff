#include "qr/qr_code.h"

#include <gtest/gtest.h>

#include <string>

#include "raster.h"

namespace twinlock {
namespace {

int side_for(std::size_t bytes) {
  const auto code = QrCode::encode(std::string(bytes, 'a'));
  return code ? code->size() : 0;
}

// Capacities in bytes at level L: ISO/IEC 18004, table 7. A version has 17 + 4 v modules a side.
TEST(QrCode, IsOfTheSmallestVersionThatHoldsTheText) {
  EXPECT_EQ(side_for(1), 21);
  EXPECT_EQ(side_for(17), 21);
  EXPECT_EQ(side_for(18), 25);
  EXPECT_EQ(side_for(106), 37);
  EXPECT_EQ(side_for(107), 41);
  EXPECT_EQ(side_for(134), 41);
  EXPECT_EQ(side_for(135), 45);
  EXPECT_EQ(side_for(2953), 177);
}

TEST(QrCode, RefusesNothingAndTooMuch) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{2954}, std::size_t{100'000}}) {
    const auto code = QrCode::encode(std::string(size, 'a'));
    ASSERT_FALSE(code) << size;
    EXPECT_EQ(code.error().code, Error::Code::kUsage);
  }
}

TEST(QrCode, HoldsBytesThatAreNoText) {
  using namespace std::string_view_literals;
  EXPECT_TRUE(QrCode::encode("a\0b\xFF"sv));
}

TEST(QrCode, HasItsFinderPatternsInThreeCorners) {
  const auto code = QrCode::encode("otpauth://totp/alice");
  ASSERT_TRUE(code);
  const int last = code->size() - 1;
  const auto is_finder = [&](ModulePosition middle) {
    return code->is_dark(middle) && !code->is_dark({middle.column + 2, middle.row}) &&
           code->is_dark({middle.column + 3, middle.row}) && !code->is_dark({middle.column, middle.row - 2}) &&
           code->is_dark({middle.column, middle.row - 3});
  };
  EXPECT_TRUE(is_finder({3, 3}));
  EXPECT_TRUE(is_finder({last - 3, 3}));
  EXPECT_TRUE(is_finder({3, last - 3}));
  EXPECT_FALSE(is_finder({last - 3, last - 3}));
}

TEST(QrCode, IsLightAround) {
  const auto code = QrCode::encode("a");
  ASSERT_TRUE(code);
  ASSERT_TRUE(code->is_dark({0, 0}));
  for (const ModulePosition at : {ModulePosition{-1, 0}, {0, -1}, {21, 0}, {0, 21}, {-5, 30}}) {
    EXPECT_FALSE(code->is_dark(at)) << at.column << "," << at.row;
  }
}

std::size_t characters_in(std::string_view line) {
  std::size_t count = 0;
  for (; !line.empty(); ++count) test::take_glyph(line);
  return count;
}

TEST(HalfBlocks, FitATerminalOfEightyByTwentyFour) {
  const auto code = QrCode::encode(std::string(134, 'a'));
  ASSERT_TRUE(code);
  EXPECT_EQ(half_block_columns(*code), 45);
  for (const auto theme : {Theme::kDark, Theme::kLight}) {
    const SecretBytes text = draw_half_blocks(*code, theme);
    const auto lines = test::lines_of(text.text());
    EXPECT_EQ(lines.size(), 23U);
    for (const auto line : lines) EXPECT_EQ(characters_in(line), 45U);
  }
}

TEST(Ascii, IsTwiceAsWideAndAsciiOnly) {
  const auto code = QrCode::encode(std::string(134, 'a'));
  ASSERT_TRUE(code);
  for (const auto theme : {Theme::kDark, Theme::kLight}) {
    const SecretBytes text = draw_ascii(*code, theme);
    EXPECT_EQ(text.text().find_first_not_of("# \n"), std::string_view::npos);
    const auto lines = test::lines_of(text.text());
    EXPECT_EQ(lines.size(), 45U);
    for (const auto line : lines) EXPECT_EQ(line.size(), 90U);
  }
}

}  // namespace
}  // namespace twinlock
