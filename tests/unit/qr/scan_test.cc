// Every form of a QR code is read back by zbarimg, an independent reader, and holds the text byte by byte.
#include <gtest/gtest.h>

#include <fstream>

#include "qr/png.h"
#include "qr/svg.h"
#include "raster.h"
#include "support/child_process.h"
#include "support/temp_directory.h"

namespace twinlock {
namespace {

/// An otpauth URI of exactly `size` bytes.
std::string uri_of_size(std::size_t size) {
  std::string uri = "otpauth://totp/alice?secret=JBSWY3DPEHPK3PXP&issuer=";
  while (uri.size() < size) uri += "File%20server.example.com-"[uri.size() % 26];
  return uri;
}

QrCode code_of(const std::string& text) {
  auto code = QrCode::encode(text);
  if (!code) throw std::runtime_error(code.error().text());
  return std::move(*code);
}

std::string scan(const std::string& file) {
  const auto reader = test::run_program({"zbarimg", "--quiet", "--raw", "--oneshot", "--nodbus", file});
  return reader.status == 0 ? reader.text : "zbarimg found nothing";
}

void write_file(const std::string& file, const SecretBytes& content) {
  std::ofstream(file, std::ios::binary) << content.text();
}

class Scan : public testing::TestWithParam<std::size_t> {
 protected:
  void expect_scan(const std::string& file) { EXPECT_EQ(scan(file), uri); }
  void expect_screen(const std::vector<std::string>& rows) {
    test::write_pgm(directory.file("screen.pgm"), rows);
    expect_scan(directory.file("screen.pgm"));
  }

  std::string uri = GetParam() == 0 ? "otpauth://totp/a?secret=MY" : uri_of_size(GetParam());
  QrCode code = code_of(uri);
  test::TempDirectory directory;
};

TEST_P(Scan, ReadsThePng) {
  const auto png = draw_png(code);
  ASSERT_TRUE(png) << png.error().text();
  write_file(directory.file("code.png"), *png);
  expect_scan(directory.file("code.png"));
}

TEST_P(Scan, ReadsTheSvg) {
  write_file(directory.file("code.svg"), draw_svg(code));
  const std::string picture = directory.file("code.png");
  const auto converter = test::run_program({"rsvg-convert", "-o", picture, directory.file("code.svg")});
  ASSERT_EQ(converter.status, 0);
  expect_scan(picture);
}

TEST_P(Scan, ReadsHalfBlocksOnADarkTerminal) {
  expect_screen(test::draw_screen(draw_half_blocks(code, Theme::kDark).text(), Theme::kDark));
}

TEST_P(Scan, ReadsHalfBlocksOnALightTerminal) {
  expect_screen(test::draw_screen(draw_half_blocks(code, Theme::kLight).text(), Theme::kLight));
}

TEST_P(Scan, ReadsAsciiOnADarkTerminal) {
  expect_screen(test::blurred(test::draw_screen(draw_ascii(code, Theme::kDark).text(), Theme::kDark)));
}

TEST_P(Scan, ReadsAsciiOnALightTerminal) {
  expect_screen(test::blurred(test::draw_screen(draw_ascii(code, Theme::kLight).text(), Theme::kLight)));
}

// 0 stands for the shortest URI there can be.
INSTANTIATE_TEST_SUITE_P(OfUriBytes, Scan, testing::Values(0, 60, 129, 400), testing::PrintToStringParamName());

}  // namespace
}  // namespace twinlock
