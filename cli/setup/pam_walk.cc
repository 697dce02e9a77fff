// Walks through a chain as Linux-PAM's _pam_dispatch() does, with every answer that a module could give.
#include <algorithm>
#include <charconv>
#include <set>

#include "cli/setup/pam_chain.h"

namespace twinlock {
namespace {

using Role = ChainStep::Role;

enum class Key { kNone, kGiven };
enum class Code { kRight, kWrong };
enum class Kind { kAuth, kOther };

/// What our own modules say in the run that is looked at.
struct Situation {
  Kind kind;
  Key key;
  Code code;
};

/// Where Linux-PAM stands within a chain, and what has happened on the way.
struct State {
  enum class Impression { kNone, kGood, kBad };
  Impression impression = Impression::kNone;
  bool success = false;
  bool password_right = false;  ///< A password module was content.
  bool password_asked = false;
  bool ours_ran = false;
  bool ours_ran_early = false;  ///< Before any password module was content.
  auto operator<=>(const State&) const = default;

  [[nodiscard]] bool lets_in() const { return impression == Impression::kGood && success; }
};
using States = std::set<State>;

const std::vector<std::string> kRefusals{"auth_err",     "user_unknown", "authinfo_unavail", "maxtries",
                                         "acct_expired", "perm_denied",  "cred_insufficient"};

/// Of a module that checks the password: it has no third answer, unless its arguments give it one.
std::vector<std::string> outcomes_of_password(const ChainStep& step) {
  std::vector<std::string> outcomes{"success"};
  outcomes.insert(outcomes.end(), kRefusals.begin(), kRefusals.end());
  if (std::ranges::any_of(step.arguments, [](const std::string& word) { return word.starts_with("ignore"); })) {
    outcomes.emplace_back("ignore");
  }
  return outcomes;
}

std::vector<std::string> outcomes_of_other() {
  std::vector<std::string> outcomes{"success", "ignore", "new_authtok_reqd"};
  outcomes.insert(outcomes.end(), kRefusals.begin(), kRefusals.end());
  return outcomes;
}

std::vector<std::string> outcomes_of(const ChainStep& step, const Situation& situation) {
  switch (step.role) {
    case Role::kOurs: return {situation.code == Code::kRight ? "success" : "auth_err"};
    case Role::kOurKey: return {situation.key == Key::kGiven ? "success" : "auth_err"};
    case Role::kPermit: return {"success"};
    case Role::kDeny: return {"auth_err"};
    case Role::kPassword: return situation.kind == Kind::kAuth ? outcomes_of_password(step) : outcomes_of_other();
    default: return outcomes_of_other();
  }
}

/// All ways through a chain, as _pam_dispatch() walks it.
class Walk {
 public:
  Walk(const PamChain& chain, const Situation& situation, const State& entry)
      : chain_(chain), situation_(situation), entry_(entry) {
    step(0, entry);
  }
  [[nodiscard]] const States& ends() const { return ends_; }

 private:
  void step(std::size_t at, const State& state) {
    if (at >= chain_.size()) {
      ends_.insert(state);
    } else if (seen_.insert({at, state}).second) {
      chain_[at].role == Role::kSubstack ? enter(at, state) : call(at, state);
    }
  }

  void enter(std::size_t at, const State& state) {
    const Walk inside(chain_[at].steps, situation_, state);
    for (const State& end : inside.ends()) step(at + 1, end);
  }

  void call(std::size_t at, const State& state) {
    for (const std::string& outcome : outcomes_of(chain_[at], situation_)) {
      const auto named = chain_[at].actions.find(outcome);
      const std::string& action = named != chain_[at].actions.end() ? named->second : chain_[at].actions.at("default");
      act(at, noted(state, chain_[at], outcome), outcome, action);
    }
  }

  static State noted(State state, const ChainStep& step, const std::string& outcome) {
    if (step.role == Role::kOurs) {
      state.ours_ran = true;
      state.ours_ran_early = state.ours_ran_early || !state.password_right;
    }
    if (step.role == Role::kPassword) {
      state.password_asked = true;
      state.password_right = state.password_right || outcome == "success";
    }
    return state;
  }

  void act(std::size_t at, State state, const std::string& outcome, const std::string& action) {
    std::size_t skipped = 0;
    if (action == "ok" || action == "done") {
      if (state.impression == State::Impression::kNone || state.lets_in()) {
        state.impression = State::Impression::kGood;
        // sshd lets in whose password has run out, and has it changed.
        state.success = outcome == "success" || outcome == "new_authtok_reqd";
      }
      if (action == "done" && state.impression == State::Impression::kGood) return end(state);
    } else if (action == "bad" || action == "die") {
      state.impression = State::Impression::kBad;
      if (action == "die") return end(state);
    } else if (action == "reset") {
      state.impression = entry_.impression;
      state.success = entry_.success;
    } else if (action != "ignore") {
      std::from_chars(action.data(), action.data() + action.size(), skipped);
      const bool is_jump = skipped > 0 && at + 1 + skipped <= chain_.size();
      if (!is_jump) state.impression = State::Impression::kBad;  // no number, or beyond the end
    }
    step(at + 1 + skipped, state);
  }

  void end(const State& state) { ends_.insert(state); }

  const PamChain& chain_;
  const Situation& situation_;
  State entry_;
  States ends_;
  std::set<std::pair<std::size_t, State>> seen_;
};

States runs_of(const PamChain& chain, const Situation& situation) {
  const Walk walk(chain, situation, {});
  return walk.ends();
}

bool holds(const PamChain& chain, Role role) {
  return std::ranges::any_of(chain,
                             [role](const ChainStep& step) { return step.role == role || holds(step.steps, role); });
}

using Test = bool (*)(const State&);

bool some(const States& states, Test test) { return std::ranges::any_of(states, test); }

bool lets_in(const State& state) { return state.lets_in(); }

}  // namespace

std::string flaw_of_auth(const PamChain& chain) {
  if (!holds(chain, Role::kOurs)) return "it asks for no code";
  if (!holds(chain, Role::kPassword)) return "no module in it is known to check the password";
  const States without_key = runs_of(chain, {Kind::kAuth, Key::kNone, Code::kRight});
  const States wrong_code = runs_of(chain, {Kind::kAuth, Key::kNone, Code::kWrong});
  if (some(without_key, [](const State& s) { return s.ours_ran_early; })) {
    return "codes would be asked of people who do not know the password, and used up";
  }
  if (some(wrong_code, lets_in)) return "a login without a right code could get in";
  if (some(without_key, [](const State& s) { return s.lets_in() && !s.password_right; })) {
    return "a login without a right password could get in";
  }
  if (!some(without_key, lets_in)) return "nobody could get in with password and code";
  const States with_key = runs_of(chain, {Kind::kAuth, Key::kGiven, Code::kRight});
  if (some(with_key, [](const State& s) { return s.password_asked; })) {
    return "the password would be asked for beside a key";
  }
  if (some(runs_of(chain, {Kind::kAuth, Key::kGiven, Code::kWrong}), lets_in))
    return "a login with a key and no code could get in";
  return some(with_key, lets_in) ? "" : "nobody could get in with key and code";
}

std::string flaw_of_account(const PamChain& chain) {
  if (!holds(chain, Role::kOurs)) return "it does not ask us";
  if (some(runs_of(chain, {Kind::kOther, Key::kNone, Code::kWrong}), lets_in))
    return "a login that we refuse could get in";
  return some(runs_of(chain, {Kind::kOther, Key::kNone, Code::kRight}), lets_in) ? "" : "nobody could get in";
}

std::string flaw_of_session(const PamChain& chain) {
  if (chain.empty() || chain.back().role != Role::kOurs) return "ours is not the last line of the session";
  const bool missed = some(runs_of(chain, {Kind::kOther, Key::kNone, Code::kRight}),
                           [](const State& s) { return s.lets_in() && !s.ours_ran; });
  return missed ? "a session could be opened that does not reach us" : "";
}

}  // namespace twinlock
