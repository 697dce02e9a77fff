// The second word of a pam.d line: what is done about each answer of the module.
#pragma once

#include <array>
#include <string_view>

#include "cli/pam_stack/pam_return.h"

namespace twinlock {

struct PamAction {
  enum class Kind : std::uint8_t { kIgnore, kOk, kDone, kBad, kDie, kReset, kJump };
  Kind kind = Kind::kBad;
  std::uint32_t lines = 0;  ///< kJump: how many of the following lines are skipped, from 1.
  bool operator==(const PamAction&) const = default;
};

struct PamControl {
  std::array<PamAction, kPamReturns> actions{};  ///< All kBad: what libpam does with lines it cannot read.

  [[nodiscard]] PamAction at(PamReturn value) const { return actions.at(static_cast<std::size_t>(value)); }
  /// Whether some answer does not count against the login. Lines of which none does cannot be meant so.
  [[nodiscard]] bool can_pass() const;
  bool operator==(const PamControl&) const = default;
};

/// "required", "requisite", "optional", "sufficient" in any case, or `value=action …` (the brackets are off already).
/// As in libpam a flaw makes every answer kBad, success included, and what is not named is kBad.
[[nodiscard]] PamControl parse_pam_control(std::string_view word);

}  // namespace twinlock
