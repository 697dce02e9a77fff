// The only reading of clocks. Entries call it once and hand the value on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace twinlock {

/// At least 1: in records 0 means "never", and no machine's battery is older than 1970.
[[nodiscard]] UnixTime read_clock();

/// The day on which `time` falls in the server's time zone. Leaves an already loaded zone as it is.
[[nodiscard]] CivilDate local_date(UnixTime time);

/// Whether the zone of local_date() is the choice of an unprivileged caller: this program has privileges that its
/// caller lacks (su, sudo), and the caller set TZ.
[[nodiscard]] bool is_zone_of_caller();

/// RFC 3339 in UTC, such as "2026-11-23T07:27:44Z".
[[nodiscard]] std::string rfc3339(UnixTime time);

/// The time that such a text means, with "Z" or an offset such as "+01:00"; a fraction of the second is dropped.
/// nullopt: it is no such text, or no date of the calendar.
[[nodiscard]] std::optional<UnixTime> parse_rfc3339(std::string_view text);

/// Local wall clock for people, "2026-11-23 08:27".
[[nodiscard]] std::string local_text(UnixTime time);

/// Monotonic milliseconds, for bounded waits only.
[[nodiscard]] std::int64_t monotonic_milliseconds();

/// Milliseconds since the machine was started, sleep included: ages that no change of the clock can alter.
[[nodiscard]] std::int64_t milliseconds_since_boot();

}  // namespace twinlock
