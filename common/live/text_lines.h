// Reading the small files of the run directory: one value a line.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace twinlock {

/// The whole text as a decimal number; nullopt where it is none or too large.
template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// What stands before the next line end, and removes both; nullopt: there is no line end.
inline std::optional<std::string_view> next_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace twinlock
