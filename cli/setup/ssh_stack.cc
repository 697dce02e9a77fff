// MUST 1: a stack leaves here only when stack_flaws.h finds nothing wrong with it (SshStack.* in ssh_stack_test.cc).
// MUST 2: no line that is not ours is moved or lost, except those for the password that are written out in full
//         (SshStack.KeepsTheOtherLinesOfWhatItWritesOut).
#include <algorithm>
#include <array>
#include <optional>

#include "cli/setup/password_lines.h"
#include "cli/setup/ssh_files.h"
#include "cli/setup/stack_flaws.h"

namespace twinlock {
namespace {

const std::string kKeyRemark =
    "# Who has given a key is not asked for the password; nothing else spares it. See pam_twinlock(8).";
const std::string kCodeRemark = "# The code, asked only of those who know the password or have the key.";
const std::string kCodeLine = "auth       required     pam_twinlock.so";
const std::string kAccountRemark = "# Refuses logins that gave no code, such as those with a key alone.";
const std::string kSshAccountLine = "account    required     pam_twinlock.so";
const std::string kSessionRemark = "# Every factor has passed now: the login earns its lease. Must stand last.";
const std::string kSshSessionLine = "session    required     pam_twinlock.so";
const Lines kRemarks{kKeyRemark, kCodeRemark, kAccountRemark, kSessionRemark};

constexpr std::array<PamFacility, 3> kOthers{PamFacility::kAccount, PamFacility::kPassword, PamFacility::kSession};

/// No module is called so: these are only looked at together with others.
bool decides_nothing(const PamHandler& handler) {
  return handler.module_name() == "pam_permit" || handler.module_name() == "pam_deny";
}

bool holds_password(const PamHandlers& handlers) { return std::ranges::any_of(handlers, checks_password); }

/// The lines that check the password: from the first to the last that does, and the refusal for everybody else and
/// what belongs to it behind them (Debian's pam_deny and pam_permit).
std::optional<LineRange> password_range(const StackText& stack) {
  std::optional<LineRange> range;
  bool goes_on = false;
  for (const LineRange& part : stack.parts()) {
    const PamHandlers here = stack.brought_by(part, PamFacility::kAuth);
    if (here.empty()) continue;
    const bool has_password = holds_password(here);
    goes_on = has_password || (goes_on && std::ranges::all_of(here, decides_nothing));
    if (has_password || (goes_on && range)) range = LineRange{range ? range->first : part.first, part.end};
  }
  return range;
}

/// One substack is one line for those that jump.
std::size_t lines_to_jump(const PamHandlers& handlers) {
  return static_cast<std::size_t>(std::ranges::count(handlers, 0U, &PamHandler::level));
}

std::string key_line(std::size_t skipped) {
  return "auth       [success=" + std::to_string(skipped) + " default=ignore]  pam_twinlock.so after_publickey";
}

/// The site's own lines, with ours before and behind.
StackText with_lines_kept(StackText stack, const LineRange& range) {
  const std::size_t skipped = lines_to_jump(stack.brought_by(range, PamFacility::kAuth));
  stack.put_before(range.end, {kCodeRemark, kCodeLine});
  stack.put_before(range.first, {kKeyRemark, key_line(skipped)});
  return stack;
}

/// What stands in the range besides its lines of `auth`: an @include brings other kinds too.
Lines rest_of(const StackText& stack, const LineRange& range) {
  Lines rest;
  std::size_t behind = range.first;
  const auto keep_up_to = [&](std::size_t end) {
    for (; behind < end; ++behind) rest.push_back(stack.lines()[behind]);
  };
  for (const LineRange& part : stack.parts()) {
    const bool is_inside = part.first >= range.first && part.end <= range.end;
    if (!is_inside || stack.brought_by(part, PamFacility::kAuth).empty()) continue;
    keep_up_to(part.first);
    behind = part.end;
    const std::string name = stack.included_whole(part);
    for (const PamFacility facility : kOthers) {
      if (name.empty() || stack.brought_by(part, facility).empty()) continue;
      std::string kind(name_of(facility));
      kind.resize(10, ' ');
      rest.push_back(kind + " include      " + name);
    }
  }
  keep_up_to(range.end);
  return rest;
}

/// The modules for the password one after the other in place of the site's lines.
std::optional<StackText> with_lines_written_out(StackText stack, const LineRange& range) {
  const auto out = written_out(stack.brought_by(range, PamFacility::kAuth));
  if (!out) return std::nullopt;
  Lines lines = out->before;
  append(lines, {kKeyRemark, key_line(out->passwords.size())});
  append(lines, out->passwords);
  append(lines, {kCodeRemark, kCodeLine});
  append(lines, rest_of(stack, range));
  stack.remove(range);
  stack.put_before(range.first, lines);
  return stack;
}

/// Debian's common-auth as it comes: only pam_unix, which the packaged stack names itself.
bool is_plain(const PamHandlers& handlers) {
  return std::ranges::count_if(handlers, checks_password) == 1 &&
         std::ranges::all_of(handlers, [](const PamHandler& handler) {
           return decides_nothing(handler) || handler.module_name() == "pam_unix";
         });
}

Error ssh_by_hand(const std::string& part, const std::string& why) {
  return {
      Error::Code::kConfig, kSshPamStack, "the lines of " + part + " are not such that ours could be put in: " + why,
      "write them by hand as 'Password and code over SSH' in pam_twinlock(8) shows, then run this again; it accepts "
      "every form in which nothing is wrong"};
}

bool is_good_auth(const std::optional<StackText>& stack) { return stack && flaw_of_auth(stack->load()).empty(); }

bool uses_split(const PamStack& stack) {
  return std::ranges::any_of(stack.of(PamFacility::kAuth),
                             [](const PamHandler& handler) { return task_of(handler) == OurTask::kSplit; });
}

Result<StackText> with_auth(StackText stack) {
  const PamStack now = stack.load();
  if (uses_split(now))
    return ssh_by_hand("auth", "they cut the code off the password (split), which this command does not write");
  if (flaw_of_auth(now).empty()) return stack;
  stack.remove_ours(PamFacility::kAuth, kRemarks);
  const auto range = password_range(stack);
  if (!range) return ssh_by_hand("auth", "no module in them is known to check the password");
  const auto out = with_lines_written_out(stack, *range);
  if (is_plain(stack.brought_by(*range, PamFacility::kAuth)) && is_good_auth(out)) return *out;
  const StackText kept = with_lines_kept(stack, *range);
  const std::string flaw = flaw_of_auth(kept.load());
  if (flaw.empty()) return kept;
  if (is_good_auth(out)) return *out;
  return ssh_by_hand("auth", flaw);
}

/// They refuse for a while or a kind of session, end no stack early, and are asked before us in the packaged stacks:
/// maintenance is told to everybody.
bool may_stand_before(const PamHandler& handler) {
  const bool is_known = handler.module_name() == "pam_nologin" || handler.module_name() == "pam_sepermit";
  const bool is_plain_line =
      handler.control == parse_pam_control("required") || handler.control == parse_pam_control("requisite");
  return is_known && is_plain_line && handler.kind == PamHandler::Kind::kModule;
}

/// Before the first line that is not one of those; behind the last where all are.
std::size_t place_of_account(const StackText& stack) {
  std::size_t behind = stack.lines().size();
  for (const LineRange& part : stack.parts()) {
    const PamHandlers here = stack.brought_by(part, PamFacility::kAccount);
    if (here.empty()) continue;
    if (!std::ranges::all_of(here, may_stand_before)) return part.first;
    behind = part.end;
  }
  return behind;
}

Result<StackText> with_account(StackText stack) {
  if (flaw_of_account(stack.load(), PamHost::kSshd).empty()) return stack;
  stack.remove_ours(PamFacility::kAccount, kRemarks);
  stack.put_before(place_of_account(stack), {kAccountRemark, kSshAccountLine});
  const std::string flaw = flaw_of_account(stack.load(), PamHost::kSshd);
  return flaw.empty() ? Result<StackText>(stack) : ssh_by_hand("account", flaw);
}

std::size_t behind_last_session(const StackText& stack) {
  std::size_t behind = stack.lines().size();
  for (const LineRange& part : stack.parts()) {
    if (!stack.brought_by(part, PamFacility::kSession).empty()) behind = part.end;
  }
  return behind;
}

Result<StackText> with_session(StackText stack) {
  if (flaw_of_session(stack.load(), PamHost::kSshd).empty()) return stack;
  stack.remove_ours(PamFacility::kSession, kRemarks);
  stack.put_before(behind_last_session(stack), {kSessionRemark, kSshSessionLine});
  const std::string flaw = flaw_of_session(stack.load(), PamHost::kSshd);
  return flaw.empty() ? Result<StackText>(stack) : ssh_by_hand("session", flaw);
}

/// Whether both do the same in all but `auth`, our own lines aside.
bool are_the_same_besides(const PamStack& before, const PamStack& after) {
  return std::ranges::all_of(kOthers, [&](PamFacility facility) { return has_same_lines(facility, before, after); });
}

}  // namespace

Result<std::string> with_ssh_lines(const PamTexts& texts) {
  const auto text = texts.find(kSshService);
  if (text == texts.end())
    return Error{Error::Code::kConfig, kSshPamStack, "does not exist", "is OpenSSH's server installed?"};
  const StackText now(kSshService, text->second, files_of(texts));
  if (const PamStack stack = now.load(); stack.broken) return ssh_by_hand("all kinds", *stack.broken);
  const auto auth = with_auth(now);
  if (!auth) return auth.error();
  const auto account = with_account(*auth);
  if (!account) return account.error();
  const auto session = with_session(*account);
  if (!session) return session.error();
  if (const std::string flaw = flaw_of_text(session->load()); !flaw.empty()) return ssh_by_hand("all kinds", flaw);
  if (session->lines() == now.lines()) return text->second;
  if (are_the_same_besides(now.load(), session->load())) return session->text();
  return ssh_by_hand("all kinds", "other lines would no longer run, such as those of the stack named other");
}

}  // namespace twinlock
