// zbarimg forgives a missing quiet zone; phones and paper do not. ISO/IEC 18004 asks for 4 modules.
#include <gtest/gtest.h>
#include <png.h>

#include <string>

#include "qr/png.h"
#include "qr/svg.h"

namespace twinlock {
namespace {

/// The grey pixels of a PNG file, as libpng reads them.
struct Picture {
  std::size_t side = 0;
  std::string pixels;

  [[nodiscard]] bool is_white(std::size_t x, std::size_t y) const { return pixels.at(y * side + x) == '\xFF'; }
};

Picture read_png(std::string_view file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (::png_image_begin_read_from_memory(&image, file.data(), file.size()) == 0) return {};
  image.format = PNG_FORMAT_GRAY;
  Picture picture{image.width, std::string(std::size_t{image.width} * image.height, '\0')};
  ::png_image_finish_read(&image, nullptr, picture.pixels.data(), 0, nullptr);
  return picture;
}

TEST(QuietZone, IsFourModulesAroundThePng) {
  const auto code = QrCode::encode("otpauth://totp/alice");
  ASSERT_TRUE(code);
  const auto png = draw_png(*code);
  ASSERT_TRUE(png);
  const Picture picture = read_png(png->text());
  ASSERT_EQ(picture.side, (25U + 8U) * 8U);
  ASSERT_EQ(picture.pixels.size(), picture.side * picture.side);
  for (std::size_t i = 0; i < picture.side; ++i) {
    for (std::size_t j = 0; j < 32; ++j) {
      const std::size_t opposite = picture.side - 1 - j;
      ASSERT_TRUE(picture.is_white(i, j) && picture.is_white(j, i)) << i << " " << j;
      ASSERT_TRUE(picture.is_white(i, opposite) && picture.is_white(opposite, i)) << i << " " << j;
    }
  }
  EXPECT_FALSE(picture.is_white(32, 32));
  EXPECT_FALSE(picture.is_white(picture.side - 33, 32));
  EXPECT_FALSE(picture.is_white(32, picture.side - 33));
}

TEST(QuietZone, IsFourModulesAroundTheSvg) {
  const auto code = QrCode::encode("otpauth://totp/alice");
  ASSERT_TRUE(code);
  const SecretBytes svg = draw_svg(*code);
  const auto holds = [&](std::string_view part) { return svg.text().find(part) != std::string_view::npos; };
  EXPECT_TRUE(holds(" width=\"264\" height=\"264\" viewBox=\"0 0 33 33\"")) << "25 modules and 4 on each side";
  EXPECT_TRUE(holds(" d=\"M4 4h7v1h-7z")) << "the upper edge of the finder pattern at the upper left";
  EXPECT_TRUE(holds("M4 28h7v1h-7z")) << "the lower edge of that at the lower left";
}

}  // namespace
}  // namespace twinlock
