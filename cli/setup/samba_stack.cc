// MUST: a stack leaves here only when stack_flaws.h finds nothing wrong with it (WithSambaLines.* in
// samba_stack_test.cc).
#include "cli/setup/packaged_files.h"
#include "cli/setup/samba_files.h"
#include "cli/setup/stack_flaws.h"

namespace twinlock {
namespace {

constexpr const char* kService = "samba";
const std::string kSambaAccountLine = "account    requisite    pam_twinlock.so";
const std::string kSambaSessionLine = "session    required     pam_twinlock.so";

Error samba_by_hand(const std::string& part, const std::string& why) {
  return {Error::Code::kConfig, kSambaPamStack,
          "the lines of " + part + " are not such that ours could be put in: " + why,
          "write them by hand as pam_twinlock(8) shows for Samba, then run this again; it accepts every form in which "
          "nothing is wrong"};
}

/// Before every other line of the kind, included ones too.
std::size_t before_all_of_account(const StackText& stack) {
  for (const LineRange& part : stack.parts()) {
    if (!stack.brought_by(part, PamFacility::kAccount).empty()) return part.first;
  }
  return stack.lines().size();
}

}  // namespace

Result<std::string> with_samba_lines(const PamTexts& texts) {
  const auto text = texts.find(kService);
  const std::string before = text == texts.end() ? std::string(kPackagedSambaStack) : text->second;
  StackText stack(kService, before, files_of(texts));
  if (const PamStack now = stack.load(); now.broken) return samba_by_hand("all kinds", *now.broken);
  if (!flaw_of_account(stack.load(), PamHost::kSmbd).empty()) {
    stack.remove_ours(PamFacility::kAccount);
    stack.put_before(before_all_of_account(stack), {kSambaAccountLine});
  }
  if (!flaw_of_session(stack.load(), PamHost::kSmbd).empty()) {
    stack.remove_ours(PamFacility::kSession);
    stack.put_before(stack.lines().size(), {kSambaSessionLine});
  }
  const PamStack after = stack.load();
  if (const std::string flaw = flaw_of_account(after, PamHost::kSmbd); !flaw.empty())
    return samba_by_hand("account", flaw);
  if (const std::string flaw = flaw_of_session(after, PamHost::kSmbd); !flaw.empty())
    return samba_by_hand("session", flaw);
  if (const std::string flaw = flaw_of_text(after); !flaw.empty()) return samba_by_hand("all kinds", flaw);
  // Where the stack has no account line, those of the stack named other run, and ours alone would take their place.
  const PamStack now = StackText(kService, before, files_of(texts)).load();
  if (!has_same_lines(PamFacility::kAccount, now, after))
    return samba_by_hand("account", "those of the stack named other would no longer run");
  return stack.lines() == lines_of(before) ? before : stack.text();
}

}  // namespace twinlock
