// What an administrator can do about an error whose place of origin does not know.
#pragma once

#include "base/error.h"

namespace twinlock {

/// The error with a mend, where it had none and there is one.
[[nodiscard]] Error with_advice(Error error);

}  // namespace twinlock
