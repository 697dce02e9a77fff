#include "base/printable.h"

#include <algorithm>

namespace twinlock {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Bytes that a UTF-8 sequence has by its first byte; 0 for a byte that can start none (RFC 3629 §4).
std::size_t sequence_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

/// The second byte rules out overlong forms, surrogates and what lies above U+10FFFF.
bool is_second(unsigned char first, unsigned char second) {
  const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  return second >= low && second <= high;
}

/// The UTF-8 sequence at the start of `text`; empty if there is none.
std::string_view first_sequence(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::string_view sequence = text.substr(0, sequence_length(first));
  if (sequence.size() < sequence_length(first) || sequence.empty()) return {};
  if (!std::ranges::all_of(sequence.substr(1), is_continuation)) return {};
  if (sequence.size() > 1 && !is_second(first, static_cast<unsigned char>(sequence[1]))) return {};
  return sequence;
}

bool is_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
  return first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;  // C1: U+0080 … U+009F
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::string_view sequence = first_sequence(text);
    const bool drawn = !sequence.empty() && !is_control(sequence);
    shown += drawn ? sequence : std::string_view("?");
    text.remove_prefix(std::max<std::size_t>(sequence.size(), 1));
  }
  return shown;
}

}  // namespace twinlock
