// How a QR code is laid out in an image file.
#pragma once

namespace twinlock {

/// Modules of white around the code (ISO/IEC 18004 §9.1).
inline constexpr int kQuietZone = 4;
/// Pixels along one side of a module.
inline constexpr int kScale = 8;

}  // namespace twinlock
