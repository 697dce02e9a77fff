// twinlock setup samba: writes what smbd needs, tests it, and takes it back where the test fails.
#include "cli/commands/commands.h"
#include "cli/program.h"
#include "cli/setup/file_change.h"
#include "cli/setup/packaged_files.h"
#include "cli/setup/samba_files.h"

namespace twinlock {
namespace {

using Changes = std::vector<FileChange>;

Result<Changes> plan_samba() {
  Changes changes;
  const auto drop_in = plan_change(kSambaDropIn, [](const auto&) { return std::string(kPackagedSambaDropIn); });
  if (!drop_in) return drop_in.error();
  const auto main = plan_change(kSambaConfig, [](const auto& text) { return with_drop_in(text.value_or("")); });
  if (!main) return main.error();
  const auto stack = plan_change(kSambaPamStack, [](const auto& text) {
    return text ? with_samba_lines(*text) : std::string(kPackagedSambaStack);
  });
  if (!stack) return stack.error();
  for (const auto& change : {*drop_in, *stack, *main}) {  // smb.conf last: it puts the others to use
    if (change.is_needed()) changes.push_back(change);
  }
  return changes;
}

/// An Error where Samba's own test objects.
Result<void> test_samba() {
  const auto tested = run_program({"testparm", "--suppress-prompt", kSambaConfig});
  if (!tested) return tested.error();
  if (tested->status == 0) return done();
  return Error{Error::Code::kConfig, kSambaConfig, "is refused by testparm: " + printable(tested->output), ""};
}

/// Undoes the first `count` changes, the last one first; complains about what cannot be undone.
void take_back_all(const Desk& desk, const Changes& changes, std::size_t count) {
  while (count-- > 0) {
    if (const auto back = take_back(changes[count]); !back) desk.complain(back.error());
  }
}

Result<void> make_all(const Desk& desk, const Changes& changes) {
  for (std::size_t at = 0; at < changes.size(); ++at) {
    if (const auto made = make_change(changes[at]); !made) {
      take_back_all(desk, changes, at);
      return made;
    }
  }
  const auto tested = test_samba();
  if (!tested) take_back_all(desk, changes, changes.size());
  return tested;
}

Json paths_of(const Changes& changes) {
  Json paths = Json::array();
  for (const FileChange& change : changes) paths.push_back(change.path);
  return paths;
}

Result<ExitStatus> setup_samba(Desk& desk, Consent consent) {
  const auto changes = plan_samba();
  if (!changes) return changes.error();
  if (changes->empty()) return desk.answer({{"changed", Json::array()}}, "Samba is set up already.\n");
  for (const FileChange& change : *changes) {
    if (const auto shown = desk.show(difference_of(change)); !shown) return shown.error();
  }
  const auto agreed = desk.agree("Make these changes?", consent);
  if (!agreed) return agreed.error();
  if (*agreed == Answer::kNo) return ExitStatus::kNo;
  if (const auto made = make_all(desk, *changes); !made) return made.error();
  return desk.answer({{"changed", paths_of(*changes)}},
                     "Done; what was there before is kept beside it (.before-twinlock).\n"
                     "Open connections go on as they are. New ones need it: systemctl restart smbd\n");
}

}  // namespace

void add_setup(Grammar& grammar) {
  const auto yes = std::make_shared<bool>(false);
  grammar
      .command("setup samba", "write what smbd needs, and test it",
               [=](Desk& desk) { return setup_samba(desk, *yes ? Consent::kGiven : Consent::kAsk); })
      .flag("--yes", *yes, "do not ask");
}

}  // namespace twinlock
