#pragma once

#include "base/result.h"
#include "config/config.h"

namespace twinlock {

/// Whether a key that is made now would still be there after the next start of the system. kRefused where the key file
/// lies below run_dir, which is emptied then: something else puts the key there at each start
/// (twinlock-key.service), and whatever was sealed with a newer one could never be read again.
[[nodiscard]] Result<void> see_that_a_new_key_would_stay(const StoreConfig& store);

}  // namespace twinlock
