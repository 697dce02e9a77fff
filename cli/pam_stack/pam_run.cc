#include "cli/pam_stack/pam_run.h"

#include <algorithm>
#include <compare>
#include <set>

namespace twinlock {
namespace {

constexpr std::size_t kDeepest = 17;
constexpr PamReturn kMustFail = PamReturn::kPermDenied;

enum class Impression : std::uint8_t { kNone, kGood, kBad };

struct Mind {
  Impression impression = Impression::kNone;
  PamReturn status = kMustFail;
  auto operator<=>(const Mind&) const = default;
};

/// Where a run stands: before the handler `at`.
struct Position {
  std::size_t at = 0;
  std::uint32_t previous_level = 0;
  Mind mind;
  std::array<Mind, kDeepest> before_substack{};  ///< What reset goes back to.
  auto operator<=>(const Position&) const = default;
};

class Explorer {
 public:
  Explorer(const PamHandlers& handlers, const PamAnswers& answers) : handlers_(handlers), answers_(answers) {}

  void walk(Position position) {
    if (!seen_.insert(position).second) return;
    if (position.at >= handlers_.size()) {
      end(position.mind);
      return;
    }
    const PamHandler& handler = handlers_[position.at];
    const std::uint32_t level = handler.level;
    if (position.previous_level < level) position.before_substack.at(level) = position.mind;
    position.previous_level = level;
    if (handler.kind == PamHandler::Kind::kSubstack) {
      ++position.at;
      walk(position);
      return;
    }
    for (const PamReturn answer : answers_of(handler)) step(position, handler, answer);
  }

  std::vector<PamEnding> endings() && { return std::move(endings_); }

 private:
  std::vector<PamReturn> answers_of(const PamHandler& handler) const {
    if (handler.kind == PamHandler::Kind::kMustFail) return {kMustFail};
    return answers_(handler);
  }

  void step(Position position, const PamHandler& handler, PamReturn answer) {
    if (answer == PamReturn::kIncomplete) {
      path_.push_back({&handler, answer, {}});
      add_ending(answer);
      path_.pop_back();
      return;
    }
    const PamAction action = handler.control.at(answer);
    path_.push_back({&handler, answer, action});
    position.at = apply(position, action, answer);
    walk(position);
    path_.pop_back();
  }

  /// Forms the impression; returns the index of the next handler.
  std::size_t apply(Position& position, PamAction action, PamReturn answer) const {
    Mind& mind = position.mind;
    const std::uint32_t level = handlers_[position.at].level;
    switch (action.kind) {
      case PamAction::Kind::kIgnore: break;
      case PamAction::Kind::kReset: mind = position.before_substack.at(level); break;
      case PamAction::Kind::kOk:
      case PamAction::Kind::kDone:
        if (mind.impression == Impression::kNone || mind == Mind{Impression::kGood, PamReturn::kSuccess}) {
          mind = {Impression::kGood, answer};
        }
        if (mind.impression == Impression::kGood && action.kind == PamAction::Kind::kDone) {
          return past_level(position.at, level);
        }
        break;
      case PamAction::Kind::kBad:
      case PamAction::Kind::kDie:
        if (mind.impression != Impression::kBad) {
          mind = {Impression::kBad, answer == PamReturn::kIgnore ? kMustFail : answer};
        }
        if (action.kind == PamAction::Kind::kDie) return past_level(position.at, level);
        break;
      case PamAction::Kind::kJump: return jump(position, action.lines);
    }
    return position.at + 1;
  }

  /// The first handler behind the (sub)stack in which `at` stands.
  [[nodiscard]] std::size_t past_level(std::size_t at, std::uint32_t level) const {
    while (at + 1 < handlers_.size() && handlers_[at + 1].level >= level) ++at;
    return at + 1;
  }

  /// A substack counts as one line. Beyond the end of the (sub)stack: the stack fails, and runs on.
  [[nodiscard]] std::size_t jump(Position& position, std::uint32_t lines) const {
    std::size_t at = position.at;
    const std::uint32_t level = handlers_[at].level;
    while (lines > 0 && at + 1 < handlers_.size() && handlers_[at + 1].level >= level) {
      ++at;
      while (at + 1 < handlers_.size() && handlers_[at + 1].level > level) ++at;
      --lines;
    }
    if (lines > 0) position.mind = {Impression::kBad, kMustFail};
    return at + 1;
  }

  void end(const Mind& mind) {
    const bool hollow = mind.status == PamReturn::kSuccess && mind.impression != Impression::kGood;
    add_ending(hollow ? kMustFail : mind.status);
  }

  void add_ending(PamReturn status) {
    if (find_ending(endings_, status) == nullptr) endings_.push_back({status, path_});
  }

  const PamHandlers& handlers_;
  const PamAnswers& answers_;
  std::set<Position> seen_;
  std::vector<PamStep> path_;
  std::vector<PamEnding> endings_;
};

}  // namespace

std::vector<PamEnding> explore(const PamHandlers& handlers, const PamAnswers& answers) {
  if (handlers.empty()) return {{kMustFail, {}}};
  Explorer explorer(handlers, answers);
  explorer.walk({});
  return std::move(explorer).endings();
}

const PamEnding* find_ending(const std::vector<PamEnding>& endings, PamReturn status) {
  const auto found = std::ranges::find(endings, status, &PamEnding::status);
  return found == endings.end() ? nullptr : &*found;
}

}  // namespace twinlock
