#include "cli/setup/pam_chain.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "cli/setup/config_lines.h"

namespace twinlock {
namespace {

using Role = PamStep::Role;
using Actions = std::map<std::string, std::string>;

constexpr int kDeepest = 16;  // Linux-PAM's own limit is 16 substacks and 32 includes
constexpr std::string_view kModule = "pam_twinlock.so";
constexpr std::array<std::string_view, 5> kPasswordModules{"pam_unix.so", "pam_sss.so", "pam_winbind.so", "pam_ldap.so",
                                                           "pam_krb5.so"};

Error unreadable(std::string what, std::string why) {
  return {Error::Code::kConfig, std::move(what), std::move(why), ""};
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }  // npos + 1 is 0

/// One line, those that it goes on in included.
Lines joined_lines(std::string_view text) {
  Lines joined;
  const Lines lines = lines_of(text);
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const std::string line = goes_on(lines[at]) ? lines[at].substr(0, lines[at].size() - 1) + " " : lines[at];
    if (is_continued(lines, at)) {
      joined.back() += line;
    } else {
      joined.push_back(line);
    }
  }
  return joined;
}

std::optional<Actions> actions_of(const std::string& control) {
  if (control == "required")
    return Actions{{"success", "ok"}, {"new_authtok_reqd", "ok"}, {"ignore", "ignore"}, {"default", "bad"}};
  if (control == "requisite")
    return Actions{{"success", "ok"}, {"new_authtok_reqd", "ok"}, {"ignore", "ignore"}, {"default", "die"}};
  if (control == "sufficient") return Actions{{"success", "done"}, {"new_authtok_reqd", "done"}, {"default", "ignore"}};
  if (control == "optional") return Actions{{"success", "ok"}, {"new_authtok_reqd", "ok"}, {"default", "ignore"}};
  if (!control.starts_with('[') || !control.ends_with(']')) return std::nullopt;
  Actions actions{{"default", "bad"}};
  for (const std::string& pair : pam_words(control.substr(1, control.size() - 2))) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos) return std::nullopt;
    actions[lowered(pair.substr(0, equals))] = lowered(pair.substr(equals + 1));
  }
  return actions;
}

Role role_of(std::string_view module, const std::vector<std::string>& arguments) {
  const auto says = [&](std::string_view word) { return std::ranges::find(arguments, word) != arguments.end(); };
  if (module == kModule && says("after_publickey")) return Role::kOurKey;
  if (module == kModule && says("split")) return Role::kOurSplit;
  if (module == kModule) return Role::kOurs;
  if (module == "pam_permit.so") return Role::kPermit;
  if (module == "pam_deny.so") return Role::kDeny;
  return std::ranges::find(kPasswordModules, module) != kPasswordModules.end() ? Role::kPassword : Role::kOther;
}

/// Reads a stack's text into one chain.
class Reader {
 public:
  Reader(std::string_view kind, const PamFiles& files) : kind_(kind), files_(files) {}

  Result<void> read(std::string_view text, int depth, PamChain& chain) const {
    if (depth > kDeepest) return unreadable("PAM", "includes go round");
    for (const std::string& line : joined_lines(text)) {
      if (const auto taken = read_line(line, depth, chain); !taken) return taken;
    }
    return done();
  }

 private:
  Result<void> read_line(const std::string& line, int depth, PamChain& chain) const {
    auto words = pam_words(line);
    if (words.size() >= 2 && words[0] == "@include") return read_file(words[1], depth, chain);
    if (words.empty() || lowered(words[0].starts_with('-') ? words[0].substr(1) : words[0]) != kind_) return done();
    if (words.size() < 3) return unreadable("PAM", "cannot be understood: " + line);
    if (words[1] == "include") return read_file(words[2], depth, chain);
    if (words[1] == "substack") {
      PamStep substack{Role::kSubstack, words[2], {}, {}, {}};
      if (const auto taken = read_file(words[2], depth, substack.steps); !taken) return taken;
      chain.push_back(std::move(substack));
      return done();
    }
    const auto actions = actions_of(words[1]);
    if (!actions) return unreadable("PAM", "cannot be understood: " + line);
    const std::string module(last_part(words[2]));
    words.erase(words.begin(), words.begin() + 3);
    const Role role = role_of(module, words);
    chain.push_back({role, module, std::move(words), *actions, {}});
    return done();
  }

  Result<void> read_file(const std::string& name, int depth, PamChain& chain) const {
    const auto file = files_.find(last_part(name));
    if (file == files_.end()) return unreadable("/etc/pam.d/" + name, "is included and does not exist");
    return read(file->second, depth + 1, chain);
  }

  std::string_view kind_;
  const PamFiles& files_;
};

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
std::vector<std::string> outcomes_of_password(const PamStep& step) {
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

std::vector<std::string> outcomes_of(const PamStep& step, const Situation& situation) {
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

  static State noted(State state, const PamStep& step, const std::string& outcome) {
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
                             [role](const PamStep& step) { return step.role == role || holds(step.steps, role); });
}

using Test = bool (*)(const State&);

bool some(const States& states, Test test) { return std::ranges::any_of(states, test); }

bool lets_in(const State& state) { return state.lets_in(); }

}  // namespace

std::vector<std::string> pam_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  int depth = 0;
  const auto finish = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (const char c : line) {
    if (c == '#') break;
    const bool blank = c == ' ' || c == '\t' || c == '\r';
    if (blank && depth == 0) {
      finish();
      continue;
    }
    if (c == '[') ++depth;
    if (c == ']' && depth > 0) --depth;
    word += c;
  }
  finish();
  return words;
}

Result<PamChain> pam_chain(std::string_view text, std::string_view kind, const PamFiles& files) {
  PamChain chain;
  if (const auto read = Reader(kind, files).read(text, 0, chain); !read) return read.error();
  return chain;
}

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
