// QR codes as PNG. The bytes hold the secret.
#pragma once

#include "base/result.h"
#include "base/secret_bytes.h"
#include "qr/qr_code.h"

namespace twinlock {

/// A whole PNG file in memory: 8-bit grey, 8 pixels a module, quiet zone of 4 modules (ISO 18004).
/// kStore if libpng refuses. libpng's and zlib's own row buffers are freed by them unwiped.
[[nodiscard]] Result<SecretBytes> draw_png(const QrCode& code);

}  // namespace twinlock
