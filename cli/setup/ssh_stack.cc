// MUST 1: a stack leaves here only when pam_chain.h finds nothing wrong with it (SshStack.* in ssh_files_test.cc).
// MUST 2: no line that is not ours is moved or lost, except those for the password that are written out in full.
#include <algorithm>
#include <array>
#include <optional>

#include "cli/setup/config_lines.h"
#include "cli/setup/ssh_files.h"

namespace twinlock {
namespace {

using Role = ChainStep::Role;

const std::string kKeyRemark =
    "# Who has given a key is not asked for the password; nothing else spares it. See pam_twinlock(8).";
const std::string kCodeRemark = "# The code, asked only of those who know the password or have the key.";
const std::string kCodeLine = "auth       required     pam_twinlock.so";
const std::string kAccountRemark = "# Refuses logins that gave no code, such as those with a key alone.";
const std::string kAccountLine = "account    required     pam_twinlock.so";
const std::string kSessionRemark = "# Every factor has passed now: the login earns its lease. Must stand last.";
const std::string kSessionLine = "session    required     pam_twinlock.so";

bool is_our_remark(const std::string& line) {
  return line == kKeyRemark || line == kCodeRemark || line == kAccountRemark || line == kSessionRemark;
}

/// One stack in work.
struct Stack {
  Lines lines;
  const PamFiles& files;

  [[nodiscard]] Result<PamChain> chain(std::string_view kind) const { return pam_chain(text_of(lines), kind, files); }

  /// What the line at `at`, with those that it goes on in, brings of this kind.
  [[nodiscard]] PamChain chain_at(std::size_t at, std::string_view kind) const {
    if (is_continued(lines, at)) return {};
    Lines whole{lines[at]};
    while (goes_on(whole.back()) && at + 1 < lines.size()) whole.push_back(lines[++at]);
    const auto chain = pam_chain(text_of(whole), kind, files);
    return chain ? *chain : PamChain();
  }
};

bool is_ours(const ChainStep& step) {
  return step.role == Role::kOurs || step.role == Role::kOurKey || step.role == Role::kOurSplit;
}

bool holds_password(const PamChain& chain) {
  return std::ranges::any_of(
      chain, [](const ChainStep& step) { return step.role == Role::kPassword || holds_password(step.steps); });
}

/// Takes our own lines of this kind out, and the remarks that we write before them.
void remove_ours(Stack& stack, std::string_view kind) {
  for (std::size_t at = stack.lines.size(); at-- > 0;) {
    const PamChain here = stack.chain_at(at, kind);
    if (here.size() != 1 || !is_ours(here[0]) || pam_words(stack.lines[at])[0] == "@include") continue;
    std::size_t count = 1;
    while (goes_on(stack.lines[at + count - 1]) && at + count < stack.lines.size()) ++count;
    std::size_t from = at;
    if (from > 0 && is_our_remark(stack.lines[from - 1])) --from;
    const auto begin = stack.lines.begin();
    stack.lines.erase(begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(at + count));
    at = from;
  }
}

/// The lines that check the password: from the first to the last that does.
struct Range {
  std::size_t first;
  std::size_t end;
};

std::optional<Range> password_range(const Stack& stack) {
  std::optional<Range> range;
  for (std::size_t at = 0; at < stack.lines.size(); ++at) {
    if (!holds_password(stack.chain_at(at, "auth"))) continue;
    std::size_t end = at + 1;
    while (goes_on(stack.lines[end - 1]) && end < stack.lines.size()) ++end;
    range = Range{range ? range->first : at, end};
  }
  return range;
}

PamChain chain_of_range(const Stack& stack, const Range& range) {
  PamChain chain;
  for (std::size_t at = range.first; at < range.end; ++at) {
    for (ChainStep& step : stack.chain_at(at, "auth")) chain.push_back(std::move(step));
  }
  return chain;
}

std::string key_line(std::size_t skipped) {
  return "auth       [success=" + std::to_string(skipped) + " default=ignore]  pam_twinlock.so after_publickey";
}

/// The site's own lines, with ours before and behind.
Stack with_lines_kept(Stack stack, const Range& range) {
  insert(stack.lines, range.end, {kCodeRemark, kCodeLine});
  insert(stack.lines, range.first, {kKeyRemark, key_line(chain_of_range(stack, range).size())});
  return stack;
}

/// Modules that may be left out where the lines for the password are written out: what they do is done by sshd, by us
/// (the delay), or by the order of the lines.
bool may_be_left_out(const ChainStep& step) {
  constexpr std::array<std::string_view, 3> kPassedOver{"pam_faildelay.so", "pam_usertype.so", "pam_localuser.so"};
  return step.role == Role::kPermit || step.role == Role::kDeny ||
         std::ranges::find(kPassedOver, step.module) != kPassedOver.end();
}

/// How a module is told where the password comes from: the first asks, the others use what was typed.
std::string arguments_of(const ChainStep& step, std::size_t at) {
  std::string text;
  for (const std::string& word : step.arguments) {
    const bool is_source = word == "use_first_pass" || word == "try_first_pass" || word == "forward_pass";
    if (!is_source && word != "nullok") text += " " + word;
  }
  return at == 0 ? text : " use_first_pass" + text;
}

Lines written_out(const PamChain& passwords) {
  Lines lines;
  for (std::size_t at = 0; at < passwords.size(); ++at) {
    const std::size_t left = passwords.size() - at - 1;
    const std::string control = left == 0 ? "requisite  " : "[success=" + std::to_string(left) + " default=ignore]";
    lines.push_back("auth       " + control + "  " + passwords[at].module + arguments_of(passwords[at], at));
  }
  return lines;
}

PamChain flattened(const PamChain& chain) {
  PamChain flat;
  for (const ChainStep& step : chain) {
    if (step.role != Role::kSubstack) flat.push_back(step);
    for (ChainStep& inner : flattened(step.steps)) flat.push_back(std::move(inner));
  }
  return flat;
}

/// The modules for the password one after the other in place of the site's lines; nullopt: those hold others too.
std::optional<Stack> with_lines_written_out(Stack stack, const Range& range) {
  Lines lines;
  PamChain passwords;
  for (const ChainStep& step : flattened(chain_of_range(stack, range))) {
    if (step.role == Role::kPassword) {
      passwords.push_back(step);
    } else if (step.module == "pam_env.so" && lines.empty()) {
      lines.emplace_back("auth       required     pam_env.so");
    } else if (!may_be_left_out(step)) {
      return std::nullopt;
    }
  }
  insert(lines, lines.size(), {kKeyRemark, key_line(passwords.size())});
  insert(lines, lines.size(), written_out(passwords));
  insert(lines, lines.size(), {kCodeRemark, kCodeLine});
  const auto begin = stack.lines.begin();
  stack.lines.erase(begin + static_cast<std::ptrdiff_t>(range.first), begin + static_cast<std::ptrdiff_t>(range.end));
  insert(stack.lines, range.first, lines);
  return stack;
}

/// Debian's common-auth as it comes: only pam_unix, which the packaged stack names itself.
bool is_plain(const PamChain& chain) {
  const auto count = std::ranges::count(chain, Role::kPassword, &ChainStep::role);
  return count == 1 && std::ranges::all_of(chain, [](const ChainStep& step) {
           return step.role == Role::kPermit || step.role == Role::kDeny || step.module == "pam_unix.so";
         });
}

Error by_hand(const std::string& part, const std::string& why) {
  return {
      Error::Code::kConfig, kSshPamStack, "the lines of " + part + " are not such that ours could be put in: " + why,
      "write them by hand as 'Password and code over SSH' in pam_twinlock(8) shows, then run this again; it accepts "
      "every form in which nothing is wrong"};
}

using Flaw = std::string (*)(const PamChain&);

std::string flaw_in(const Stack& stack, std::string_view kind, Flaw flaw) {
  const auto chain = stack.chain(kind);
  return chain ? flaw(*chain) : chain.error().text();
}

bool uses_split(const Stack& stack) {
  const auto chain = stack.chain("auth");
  return chain && std::ranges::any_of(*chain, [](const ChainStep& step) { return step.role == Role::kOurSplit; });
}

Result<Stack> with_auth(Stack stack) {
  if (uses_split(stack))
    return by_hand("auth", "they cut the code off the password (split), which this command does not write");
  if (flaw_in(stack, "auth", flaw_of_auth).empty()) return stack;
  remove_ours(stack, "auth");
  const auto range = password_range(stack);
  if (!range) return by_hand("auth", "no module in them is known to check the password");
  const Stack kept = with_lines_kept(stack, *range);
  const auto out = with_lines_written_out(stack, *range);
  const bool prefers_out = is_plain(chain_of_range(stack, *range));
  if (out && prefers_out && flaw_in(*out, "auth", flaw_of_auth).empty()) return *out;
  const std::string flaw = flaw_in(kept, "auth", flaw_of_auth);
  if (flaw.empty()) return kept;
  if (out && flaw_in(*out, "auth", flaw_of_auth).empty()) return *out;
  return by_hand("auth", flaw);
}

/// The first line of the kind that may end the stack, or holds others; behind the last where there is none.
std::size_t place_of_account(const Stack& stack) {
  std::size_t behind = stack.lines.size();
  for (std::size_t at = 0; at < stack.lines.size(); ++at) {
    const PamChain here = stack.chain_at(at, "account");
    if (here.empty()) continue;
    const auto words = pam_words(stack.lines[at]);
    const bool is_plain_line = words.size() > 2 && (words[1] == "required" || words[1] == "requisite");
    if (!is_plain_line) return at;
    behind = at + 1;
  }
  return behind;
}

Result<Stack> with_account(Stack stack) {
  if (flaw_in(stack, "account", flaw_of_account).empty()) return stack;
  remove_ours(stack, "account");
  insert(stack.lines, place_of_account(stack), {kAccountRemark, kAccountLine});
  const std::string flaw = flaw_in(stack, "account", flaw_of_account);
  return flaw.empty() ? Result<Stack>(stack) : by_hand("account", flaw);
}

std::size_t behind_last(const Stack& stack, std::string_view kind) {
  std::size_t behind = stack.lines.size();
  for (std::size_t at = 0; at < stack.lines.size(); ++at) {
    if (!stack.chain_at(at, kind).empty()) behind = at + 1;
  }
  while (behind < stack.lines.size() && is_continued(stack.lines, behind)) ++behind;
  return behind;
}

Result<Stack> with_session(Stack stack) {
  if (flaw_in(stack, "session", flaw_of_session).empty()) return stack;
  remove_ours(stack, "session");
  insert(stack.lines, behind_last(stack, "session"), {kSessionRemark, kSessionLine});
  const std::string flaw = flaw_in(stack, "session", flaw_of_session);
  return flaw.empty() ? Result<Stack>(stack) : by_hand("session", flaw);
}

}  // namespace

Result<std::string> with_ssh_lines(const PamFiles& files) {
  const auto text = files.find(kSshService);
  if (text == files.end())
    return Error{Error::Code::kConfig, kSshPamStack, "does not exist", "is OpenSSH's server installed?"};
  const auto auth = with_auth({lines_of(text->second), files});
  if (!auth) return auth.error();
  const auto account = with_account(*auth);
  if (!account) return account.error();
  const auto session = with_session(*account);
  if (!session) return session.error();
  return session->lines == lines_of(text->second) ? text->second : text_of(session->lines);
}

}  // namespace twinlock
