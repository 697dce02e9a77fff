#include "cli/backup/passphrase.h"

#include <algorithm>
#include <string>

#include "crypto/hmac.h"

namespace twinlock {
namespace {

/// Of UTF-8: bytes that do not continue a character.
std::size_t characters_of(const SecretBytes& text) {
  constexpr unsigned kContinuationMask = 0xC0;
  constexpr unsigned kContinuation = 0x80;
  return static_cast<std::size_t>(std::ranges::count_if(
      text.bytes(), [](std::uint8_t byte) { return (byte & kContinuationMask) != kContinuation; }));
}

Error refused_passphrase(std::string why, std::string mend) {
  return {Error::Code::kUsage, "passphrase", std::move(why), std::move(mend)};
}

}  // namespace

Result<SecretBytes> read_new_passphrase(const Terminal& terminal) {
  auto first = terminal.read_line("Passphrase for this backup: ", Echo::kOff);
  if (!first) return first;
  if (terminal.input_is_terminal()) static_cast<void>(terminal.tell("\n"));
  if (characters_of(*first) < kShortestPassphrase) {
    return refused_passphrase("is shorter than " + std::to_string(kShortestPassphrase) + " characters",
                              "take some words that nobody would guess, and keep them apart from the backup");
  }
  if (!terminal.input_is_terminal()) return first;
  const auto second = terminal.read_line("Once more: ", Echo::kOff);
  if (!second) return second.error();
  static_cast<void>(terminal.tell("\n"));
  if (equal_in_constant_time(first->bytes(), second->bytes())) return first;
  return refused_passphrase("was typed differently the second time", "begin anew");
}

Result<SecretBytes> read_passphrase(const Terminal& terminal) {
  auto line = terminal.read_line("Passphrase of the backup: ", Echo::kOff);
  if (!line) return line;
  if (terminal.input_is_terminal()) static_cast<void>(terminal.tell("\n"));
  if (line->empty()) return refused_passphrase("is empty", "give it as the first line of the input");
  return line;
}

}  // namespace twinlock
