// Runs a PAM stack on paper: which answers of its modules end how. Pure, without libpam.
//
// Follows Linux-PAM 1.5 (libpam/pam_dispatch.c, first run of a stack); tests/unit/cli compares it with the real one.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "cli/pam_stack/pam_stack.h"

namespace twinlock {

/// One line that ran.
struct PamStep {
  const PamHandler* handler;
  PamReturn answer;
  PamAction action;
};

/// One way in which a stack can end.
struct PamEnding {
  PamReturn status = PamReturn::kPermDenied;
  std::vector<PamStep> steps;
};

/// The answers that a line may give; at least one. Called for each line that can be reached, and for no other.
using PamAnswers = std::function<std::vector<PamReturn>(const PamHandler&)>;

/// Every status in which the stack can end when each line gives any of its answers, each with one way to get there.
/// Several answers of a line are taken to be independent of those of all other lines.
/// The steps point into `handlers`.
[[nodiscard]] std::vector<PamEnding> explore(const PamHandlers& handlers, const PamAnswers& answers);

/// The ending with that status among them; nullptr: there is none.
[[nodiscard]] const PamEnding* find_ending(const std::vector<PamEnding>& endings, PamReturn status);

}  // namespace twinlock
