#include "cli/audit/moment.h"

#include <charconv>
#include <ctime>
#include <optional>

#include "base/clock.h"
#include "config/duration.h"

namespace twinlock {
namespace {

constexpr Seconds kSecond{1};
constexpr Seconds kMinute{60};

std::optional<int> number(std::string_view digits) {
  int value = 0;
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto [stop, flaw] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return flaw == std::errc() ? std::optional(value) : std::nullopt;
}

/// nullopt: there is no such local time.
std::optional<UnixTime> local_time(std::tm parts) {
  const std::tm asked = parts;
  parts.tm_isdst = -1;
  const std::time_t seconds = std::mktime(&parts);
  if (parts.tm_mday != asked.tm_mday || parts.tm_mon != asked.tm_mon || seconds <= 0) return std::nullopt;
  return UnixTime{seconds};
}

/// "2026-11-27" and perhaps " 08:00" or "T08:00".
std::optional<Moment> local_moment(std::string_view text) {
  const bool has_time = text.size() == 16 && (text[10] == ' ' || text[10] == 'T') && text[13] == ':';
  if ((text.size() != 10 && !has_time) || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number(text.substr(0, 4));
  const auto month = number(text.substr(5, 2));
  const auto day = number(text.substr(8, 2));
  const auto hour = has_time ? number(text.substr(11, 2)) : 0;
  const auto minute = has_time ? number(text.substr(14, 2)) : 0;
  if (!year || !month || !day || !hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  std::tm parts{};
  parts.tm_year = *year - 1900;
  parts.tm_mon = *month - 1;
  parts.tm_mday = *day;
  parts.tm_hour = *hour;
  parts.tm_min = *minute;
  const auto begin = local_time(parts);
  if (!begin) return std::nullopt;
  if (has_time) return Moment{*begin, *begin + kMinute};
  std::tm next = parts;  // not 24 h later: there are days of 23 and of 25
  ++next.tm_mday;
  next.tm_isdst = -1;
  return Moment{*begin, {std::mktime(&next)}};
}

}  // namespace

Result<Moment> parse_moment(const std::string& text, UnixTime now, const std::string& option) {
  if (const auto time = parse_rfc3339(text)) return Moment{*time, *time + kSecond};
  if (const auto local = local_moment(text)) return *local;
  if (const auto back = parse_duration(text)) return Moment{now - *back, now - *back + kSecond};
  return Error{Error::Code::kUsage, option, "is no time",
               "write 2026-11-27, \"2026-11-27 08:00\", 2026-11-27T08:00:00Z, 2h or 7d"};
}

}  // namespace twinlock
