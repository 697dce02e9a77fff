#include "config/duration.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace twinlock {
namespace {

struct Unit {
  char letter;
  std::int64_t seconds;
};

constexpr std::array kUnits = {Unit{'d', 86400}, Unit{'h', 3600}, Unit{'m', 60}, Unit{'s', 1}};  // longest first
constexpr std::size_t kMaxDigits = 9;  // in days this still is far from the end of 64 bits

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error not_a_duration() {
  return {Error::Code::kUsage, "duration", "is not a duration", "write it like 30s, 15m, 10h or 14d"};
}

}  // namespace

Result<Seconds> parse_duration(std::string_view text) {
  if (text == "0") return Seconds(0);
  if (text.size() < 2 || text.size() > kMaxDigits + 1) return not_a_duration();
  const auto digits = text.substr(0, text.size() - 1);
  const auto unit = std::ranges::find(kUnits, text.back(), &Unit::letter);
  if (unit == kUnits.end() || !std::ranges::all_of(digits, is_digit)) return not_a_duration();
  std::int64_t count = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), count);  // cannot fail: 1 … 9 digits
  return Seconds(count * unit->seconds);
}

std::string duration_text(Seconds span) {
  if (span.count() == 0) return "0";
  const auto fits = [span](const Unit& unit) { return span.count() % unit.seconds == 0; };
  const auto unit = std::ranges::find_if(kUnits, fits);  // seconds always fit
  return std::to_string(span.count() / unit->seconds) + unit->letter;
}

}  // namespace twinlock
