// Times as people type them behind --since and --until.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"

namespace twinlock {

/// What such a text covers: a day, a minute or a second. `end` is not in it.
struct Moment {
  UnixTime begin;
  UnixTime end;
};

/// RFC 3339 ("2026-11-27T08:00:00Z"), a day or minute in the server's time zone ("2026-11-27", "2026-11-27 08:00"), or
/// a duration back from `now` ("2h", "7d"). kUsage otherwise; `option` names it.
[[nodiscard]] Result<Moment> parse_moment(const std::string& text, UnixTime now, const std::string& option);

}  // namespace twinlock
