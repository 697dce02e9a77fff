#include "qr/png.h"

#include <png.h>

#include "qr/image_layout.h"

namespace twinlock {
namespace {

int side_in_pixels(const QrCode& code) { return (code.size() + 2 * kQuietZone) * kScale; }

SecretBytes grey_pixels(const QrCode& code) {
  const int side = side_in_pixels(code);
  SecretBytes pixels(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
  auto next = pixels.bytes().begin();
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      *next++ = code.is_dark({x / kScale - kQuietZone, y / kScale - kQuietZone}) ? 0 : 255;
    }
  }
  return pixels;
}

png_image image_header(const QrCode& code) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(side_in_pixels(code));
  image.format = PNG_FORMAT_GRAY;
  return image;
}

}  // namespace

Result<SecretBytes> draw_png(const QrCode& code) {
  const SecretBytes pixels = grey_pixels(code);
  png_image image = image_header(code);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  SecretBytes file(size);
  constexpr int kKeepEightBits = 0;
  constexpr png_int_32 kTopDown = 0;
  const int outcome = ::png_image_write_to_memory(&image, file.bytes().data(), &size, kKeepEightBits,
                                                  pixels.bytes().data(), kTopDown, nullptr);
  if (outcome == 0) return Error{Error::Code::kStore, "PNG", static_cast<const char*>(image.message), ""};
  file.shrink(size);
  return file;
}

}  // namespace twinlock
