// The `file:` engine (DESIGN section 3): one file a user, <directory>/<user_file_name>, overwritten in place.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "store/key_source.h"
#include "store/store.h"

namespace twinlock {

inline constexpr std::chrono::milliseconds kLockWait{5000};

/// The store in `directory`, an absolute path to a directory of a trusted owner with the mode 0700. It is opened and
/// checked anew by each operation, so errors about it come from there. `keys` must outlive the store. `lock_wait`
/// bounds the wait for a record's lock.
[[nodiscard]] std::unique_ptr<Store> make_file_store(std::string directory, KeySource& keys,
                                                     std::chrono::milliseconds lock_wait = kLockWait);

}  // namespace twinlock
