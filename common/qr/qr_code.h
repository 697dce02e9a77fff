// QrCode: the modules of a QR code, computed by libqrencode and kept in wiped memory.
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace twinlock {

/// Column and row of a module, from 0 at the upper left; negative and beyond the size in the quiet zone.
struct ModulePosition {
  int column = 0;
  int row = 0;
};

class QrCode {
 public:
  /// The smallest code that holds `text` (1 … 2,953 bytes) in byte mode at error correction level L.
  /// kUsage if the text is empty or too long. libqrencode's result is wiped; its own working buffers (the input chunk,
  /// the bit stream, the Reed-Solomon blocks) are freed by it unwiped and cannot be reached: call this only in a
  /// process that ends soon or is the only one to hold the secret anyway.
  [[nodiscard]] static Result<QrCode> encode(std::string_view text);

  /// Modules along one side: 21 … 177.
  [[nodiscard]] int size() const noexcept { return size_; }
  /// Everything outside the code is light.
  [[nodiscard]] bool is_dark(ModulePosition at) const noexcept;

 private:
  QrCode(SecretBytes modules, int size) : modules_(std::move(modules)), size_(size) {}

  SecretBytes modules_;  ///< Row by row, one byte a module, 1 = dark.
  int size_;
};

}  // namespace twinlock
