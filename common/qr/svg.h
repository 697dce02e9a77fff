// QR codes as SVG, for letters and web pages. The text holds the secret.
#pragma once

#include "base/secret_bytes.h"
#include "qr/qr_code.h"

namespace twinlock {

/// A whole SVG 1.1 document: black on white, 8 pixels a module unless scaled, quiet zone of 4 modules (ISO 18004).
[[nodiscard]] SecretBytes draw_svg(const QrCode& code);

}  // namespace twinlock
