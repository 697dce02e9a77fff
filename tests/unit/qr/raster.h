// Draws the terminal forms of a QR code as a terminal would, into a grey image (PGM).
#pragma once

#include <array>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "qr/terminal.h"

namespace twinlock::test {

/// 8 x 16 pixels a character, as in the VGA text font; a set bit is drawn in the foreground, the highest bit left.
using Glyph = std::array<std::uint8_t, 16>;

inline Glyph half_glyph(std::uint8_t upper, std::uint8_t lower) {
  Glyph glyph{};
  for (std::size_t y = 0; y < glyph.size(); ++y) glyph[y] = y < 8 ? upper : lower;
  return glyph;
}

/// The glyph at the start of `text`, which it takes off.
inline Glyph take_glyph(std::string_view& text) {
  struct Known {
    std::string_view character;
    Glyph glyph;
  };
  static const std::array<Known, 5> kKnown{{
      {" ", half_glyph(0, 0)},
      {"\xE2\x96\x80", half_glyph(0xFF, 0)},
      {"\xE2\x96\x84", half_glyph(0, 0xFF)},
      {"\xE2\x96\x88", half_glyph(0xFF, 0xFF)},
      {"#", {0, 0, 0, 0x6C, 0x6C, 0xFE, 0x6C, 0x6C, 0x6C, 0xFE, 0x6C, 0x6C, 0, 0, 0, 0}},
  }};
  for (const auto& known : kKnown) {
    if (!text.starts_with(known.character)) continue;
    text.remove_prefix(known.character.size());
    return known.glyph;
  }
  throw std::runtime_error("a character that no terminal form uses");
}

inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) throw std::runtime_error("the last line is not ended");
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

/// Sixteen rows of pixels for one line of text.
inline std::vector<std::string> draw_line(std::string_view line, Theme theme) {
  const char ink = theme == Theme::kDark ? '\xFF' : '\0';
  const char ground = theme == Theme::kDark ? '\0' : '\xFF';
  std::vector<std::string> rows(16);
  while (!line.empty()) {
    const Glyph glyph = take_glyph(line);
    for (std::size_t y = 0; y < rows.size(); ++y) {
      for (unsigned bit = 0x80; bit != 0; bit >>= 1) rows[y] += (glyph[y] & bit) != 0 ? ink : ground;
    }
  }
  return rows;
}

/// What a camera a little out of focus sees: each pixel the mean of one character's area (8 x 16 pixels).
/// The gaps within a '#' are finer than that; read sharply they are no code, neither to zbarimg nor to a phone.
inline std::vector<std::string> blurred(const std::vector<std::string>& rows) {
  constexpr std::size_t kWidth = 8;
  constexpr std::size_t kHeight = 16;
  std::vector<std::string> image(rows.size() - kHeight, std::string(rows[0].size() - kWidth, '\0'));
  for (std::size_t y = 0; y < image.size(); ++y) {
    for (std::size_t x = 0; x < image[0].size(); ++x) {
      unsigned sum = 0;
      for (std::size_t i = 0; i < kWidth * kHeight; ++i) {
        sum += static_cast<unsigned char>(rows[y + i / kWidth][x + i % kWidth]);
      }
      image[y][x] = static_cast<char>(sum / (kWidth * kHeight));
    }
  }
  return image;
}

/// What the terminal shows, with some of its empty screen around, so that the quiet zone must suffice.
inline std::vector<std::string> draw_screen(std::string_view text, Theme theme) {
  constexpr std::size_t kMargin = 48;
  std::vector<std::string> rows;
  for (const auto line : lines_of(text)) {
    for (auto& row : draw_line(line, theme)) rows.push_back(std::move(row));
  }
  const char ground = theme == Theme::kDark ? '\0' : '\xFF';
  const std::string side(kMargin, ground);
  const std::string empty(rows.at(0).size() + 2 * kMargin, ground);
  for (auto& row : rows) row = side + row + side;
  rows.insert(rows.begin(), kMargin, empty);
  rows.insert(rows.end(), kMargin, empty);
  return rows;
}

inline void write_pgm(const std::string& file, const std::vector<std::string>& rows) {
  std::ofstream image(file, std::ios::binary);
  image << "P5\n" << rows.at(0).size() << " " << rows.size() << "\n255\n";
  for (const auto& row : rows) image << row;
}

}  // namespace twinlock::test
