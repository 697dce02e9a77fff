// QR codes as text for terminals, without colours: only block characters, which every terminal draws alike.
// All of it holds the secret.
#pragma once

#include "base/secret_bytes.h"
#include "qr/qr_code.h"

namespace twinlock {

/// A terminal draws characters light on dark or dark on light; the wrong theme gives a code in inverse colours,
/// which not every phone reads.
enum class Theme { kDark, kLight };

/// UTF-8 half blocks, two rows of modules a line, each line ended by '\n', blanks at line ends kept (they are modules).
/// The quiet zone is 2 modules (3 below): a URI of 134 bytes then fits a terminal of 80 x 24.
[[nodiscard]] SecretBytes draw_half_blocks(const QrCode& code, Theme theme);

/// The same for terminals without UTF-8: "##" or "  " a module, one row a line.
[[nodiscard]] SecretBytes draw_ascii(const QrCode& code, Theme theme);

/// How many columns draw_half_blocks() needs; draw_ascii() needs twice as many.
[[nodiscard]] int half_block_columns(const QrCode& code);

}  // namespace twinlock
