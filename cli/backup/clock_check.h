// Whether the clock can be right: what is distrusted is so up to now, and codes of a time that the clock has not
// reached yet would be accepted once more.
#pragma once

#include <optional>
#include <string_view>

#include "account/record.h"
#include "base/result.h"
#include "base/username.h"

namespace twinlock {

/// What to think of a clock that is before a moment of which a record tells.
enum class ClockTrust {
  kDoubted,  ///< It is behind.
  kTrusted,  ///< It is right, and was ahead then: so says an administrator (--clock-is-right).
};

inline constexpr std::string_view kClockMend =
    "set the clock and try again; if it is right now and was ahead then: --clock-is-right";

class ClockCheck {
 public:
  void see(const Username& user, const Record& record);
  /// kRefused: the clock is before a moment that a record tells of.
  [[nodiscard]] Result<void> judge(UnixTime now, ClockTrust trust) const;

 private:
  struct Seen {
    UnixTime moment;
    Username user;
  };
  std::optional<Seen> latest_;
};

}  // namespace twinlock
