// From which number on the users behind one address are several people, and not one who has several accounts.
#pragma once

#include <cstddef>

namespace twinlock {

inline constexpr std::size_t kSeveral = 3;

}  // namespace twinlock
