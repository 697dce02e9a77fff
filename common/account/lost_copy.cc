#include "account/lost_copy.h"

#include "account/distrust.h"

namespace twinlock {

SecretRecord after_lost_copy(const SecretRecord& survivor, UnixTime now, std::uint8_t window) {
  return distrusted(survivor, Doubt::kCopyLost, now, window);
}

}  // namespace twinlock
