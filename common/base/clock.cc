#include "base/clock.h"

#include <algorithm>
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

std::string local_text(UnixTime time) { return formatted(local_parts(time), "%Y-%m-%d %H:%M"); }

std::int64_t monotonic_milliseconds() { return milliseconds_of(CLOCK_MONOTONIC); }

std::int64_t milliseconds_since_boot() { return milliseconds_of(CLOCK_BOOTTIME); }

}  // namespace twinlock
