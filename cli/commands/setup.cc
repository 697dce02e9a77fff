// twinlock setup samba: writes what smbd needs, tests it, and takes it back where the test fails.
#include <map>

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

/// What Samba makes of a configuration file. An Error where its own test objects.
Result<std::map<std::string, std::string>> settings_in(const char* path) {
  const auto tested = run_program({"testparm", "--suppress-prompt", "--verbose", path});
  if (!tested) return tested.error();
  if (tested->status == 0) return settings_of(tested->output);
  return Error{Error::Code::kConfig, path, "is refused by testparm: " + printable(tested->output), ""};
}

/// Whether each setting of the drop-in is in force, by what Samba itself says and not by how the file looks.
Result<void> test_samba() {
  const auto wanted = settings_in(kSambaDropIn);
  if (!wanted) return wanted.error();
  const auto in_force = settings_in(kSambaConfig);
  if (!in_force) return in_force.error();
  for (const std::string& name : names_of_settings(kPackagedSambaDropIn)) {
    const auto want = wanted->find(name);
    const auto have = in_force->find(name);
    if (want != wanted->end() && have != in_force->end() && want->second == have->second) continue;
    return Error{Error::Code::kConfig, kSambaConfig,
                 "overrides a setting of " + std::string(kSambaDropIn) + ": " + name,
                 "see 'testparm -sv'; settings in the registry or in other files may win over it"};
  }
  return done();
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
  if (changes->empty()) {
    if (const auto tested = test_samba(); !tested) return tested.error();
    return desk.answer({{"changed", Json::array()}}, "Samba is set up already.\n");
  }
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
