// Random bytes from the kernel.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"

namespace twinlock {

/// Fills `bytes` from getrandom(2). kCrypto where the kernel refuses.
[[nodiscard]] Result<void> fill_random(std::span<std::uint8_t> bytes);

}  // namespace twinlock
