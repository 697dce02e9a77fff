#include "base/clock.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <ctime>

namespace twinlock {
namespace {

std::string formatted(const std::tm& parts, const char* format) {
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &parts)};
}

std::tm local_parts(UnixTime time) {
  const std::time_t seconds = time.seconds;
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return parts;
}

std::int64_t milliseconds_of(clockid_t clock) {
  std::timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

/// Takes `digits` decimal digits and the character behind them off the text; false where something else stands there.
bool take(std::string_view& text, std::size_t digits, std::string_view behind, int& number) {
  if (text.size() < digits + behind.size()) return false;
  const auto [stop, flaw] = std::from_chars(text.data(), text.data() + digits, number);
  if (flaw != std::errc() || stop != text.data() + digits || number < 0 || text[0] == '-') return false;
  text.remove_prefix(digits);
  if (!text.starts_with(behind)) return false;
  text.remove_prefix(behind.size());
  return true;
}

void drop_fraction(std::string_view& text) {
  if (text.size() < 2 || text[0] != '.' || text[1] < '0' || text[1] > '9') return;
  text.remove_prefix(std::min(text.find_first_not_of("0123456789", 1), text.size()));
}

/// "Z" or "+01:00" in seconds.
std::optional<std::int64_t> offset_of(std::string_view text) {
  if (text == "Z") return 0;
  const bool is_west = text.starts_with('-');
  if (!is_west && !text.starts_with('+')) return std::nullopt;
  const std::int64_t sign = is_west ? -1 : 1;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take(text, 2, ":", hours) || !take(text, 2, "", minutes) || !text.empty()) return std::nullopt;
  if (hours > 23 || minutes > 59) return std::nullopt;
  return sign * (hours * 3600 + minutes * 60);
}

}  // namespace

UnixTime read_clock() { return {std::max<std::int64_t>(1, std::time(nullptr))}; }

CivilDate local_date(UnixTime time) {
  const std::tm parts = local_parts(time);
  return {parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday};
}

bool is_zone_of_caller() {
  // Only whether it is there: secure_getenv alone cannot tell "hidden from a setuid program" from "not set".
  return std::getenv("TZ") != nullptr && ::secure_getenv("TZ") == nullptr;  // NOLINT(concurrency-mt-unsafe)
}

std::string rfc3339(UnixTime time) {
  const std::time_t seconds = time.seconds;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return formatted(parts, "%Y-%m-%dT%H:%M:%SZ");
}

std::optional<UnixTime> parse_rfc3339(std::string_view text) {
  std::tm parts{};
  const bool taken = take(text, 4, "-", parts.tm_year) && take(text, 2, "-", parts.tm_mon) &&
                     take(text, 2, "T", parts.tm_mday) && take(text, 2, ":", parts.tm_hour) &&
                     take(text, 2, ":", parts.tm_min) && take(text, 2, "", parts.tm_sec);
  if (!taken) return std::nullopt;
  drop_fraction(text);
  const auto offset = offset_of(text);
  const std::chrono::year_month_day date{std::chrono::year(parts.tm_year),
                                         std::chrono::month(static_cast<unsigned>(parts.tm_mon)),
                                         std::chrono::day(static_cast<unsigned>(parts.tm_mday))};
  if (!offset || !date.ok() || parts.tm_hour > 23 || parts.tm_min > 59 || parts.tm_sec > 60) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  return UnixTime{std::chrono::seconds(days).count() + parts.tm_hour * 3600 + parts.tm_min * 60 + parts.tm_sec -
                  *offset};
}

std::string local_text(UnixTime time) { return formatted(local_parts(time), "%Y-%m-%d %H:%M"); }

std::int64_t monotonic_milliseconds() { return milliseconds_of(CLOCK_MONOTONIC); }

std::int64_t milliseconds_since_boot() { return milliseconds_of(CLOCK_BOOTTIME); }

}  // namespace twinlock
