// How every line of the audit log begins: with its time.
#pragma once

#include <string_view>

namespace twinlock {

inline constexpr std::string_view kBeforeTime = R"({"time":")";
inline constexpr std::size_t kTimeBytes = 20;  ///< RFC 3339 in UTC, without fractions.

}  // namespace twinlock
