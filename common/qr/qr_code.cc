#include "qr/qr_code.h"

#include <qrencode.h>

#include <cerrno>
#include <memory>

namespace twinlock {
namespace {

struct WipedQrFree {
  void operator()(QRcode* code) const noexcept {
    const auto side = static_cast<std::size_t>(code->width);
    wipe(code->data, side * side);
    ::QRcode_free(code);
  }
};

Error refusal(int error_number) {
  if (error_number == ERANGE) return {Error::Code::kUsage, "QR code", "the text is longer than a QR code can hold", ""};
  return {Error::Code::kUsage, "QR code", errno_text(error_number), ""};
}

}  // namespace

Result<QrCode> QrCode::encode(std::string_view text) {
  if (text.empty()) return Error{Error::Code::kUsage, "QR code", "there is nothing to encode", ""};
  if (text.size() > 2953) return refusal(ERANGE);  // so that the size fits an int
  constexpr int kSmallestVersion = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const std::unique_ptr<QRcode, WipedQrFree> code(
      ::QRcode_encodeData(static_cast<int>(text.size()), bytes, kSmallestVersion, QR_ECLEVEL_L));
  if (!code) return refusal(errno);

  const auto side = static_cast<std::size_t>(code->width);
  SecretBytes modules(std::span<const std::uint8_t>(code->data, side * side));
  for (auto& module : modules.bytes()) module &= 1;  // the other bits are libqrencode's notes
  return QrCode(std::move(modules), code->width);
}

bool QrCode::is_dark(ModulePosition at) const noexcept {
  if (at.column < 0 || at.row < 0 || at.column >= size_ || at.row >= size_) return false;
  const auto row = static_cast<std::size_t>(at.row);
  return modules_.bytes()[row * static_cast<std::size_t>(size_) + static_cast<std::size_t>(at.column)] != 0;
}

}  // namespace twinlock
