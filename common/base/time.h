// Points in time and civil dates as values. Nothing here reads a clock: base/clock.h does, once per entry.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace twinlock {

using Seconds = std::chrono::duration<std::int64_t>;

/// Seconds since 1970-01-01T00:00:00Z.
struct UnixTime {
  std::int64_t seconds = 0;
  auto operator<=>(const UnixTime&) const = default;
};

constexpr UnixTime operator+(UnixTime time, Seconds span) { return {time.seconds + span.count()}; }
constexpr UnixTime operator-(UnixTime time, Seconds span) { return {time.seconds - span.count()}; }
constexpr Seconds operator-(UnixTime later, UnixTime earlier) { return Seconds(later.seconds - earlier.seconds); }

constexpr Seconds days(std::int64_t count) { return Seconds(count * 86400); }

/// A day in the calendar of the server's own time zone. Month 1…12, day 1…31.
struct CivilDate {
  int year = 0;
  int month = 0;
  int day = 0;
  auto operator<=>(const CivilDate&) const = default;
};

}  // namespace twinlock
