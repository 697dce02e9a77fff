// setup samba: the drop-in, its inclusion, and our lines in smbd's PAM stack.
#include <unistd.h>

#include <map>

#include "base/printable.h"
#include "cli/doctor/smbd_servers.h"
#include "cli/program.h"
#include "cli/setup/packaged_files.h"
#include "cli/setup/pam_trial.h"
#include "cli/setup/samba_files.h"
#include "cli/setup/samba_includes.h"
#include "cli/setup/setup_service.h"

namespace twinlock {
namespace {

constexpr const char* kHelper = "/usr/libexec/twinlock/smb-map";  // as the drop-in names it

/// The stack as the file system has it now; one that a distribution keeps elsewhere is copied to its place in /etc.
Result<FileChange> plan_samba_stack() {
  const PamTexts texts = read_pam_texts();
  const auto text = with_samba_lines(texts);
  if (!text) return text.error();
  const auto change = plan_change(kSambaPamStack, [&](const auto&) { return *text; });
  const auto seen = texts.find("samba");
  if (!change || !change->before || (seen != texts.end() && *change->before == seen->second)) return change;
  return Error{Error::Code::kRefused, kSambaPamStack, "changes just now", "run this again"};
}

Result<Changes> plan_samba(const Journal& journal) {
  if (const auto readable = includes_by_client(); !readable) return readable.error();
  const std::string packaged(kPackagedSambaDropIn);
  const auto drop_in = plan_drop_in(journal, "samba", {kSambaDropIn, std::nullopt, packaged}, {});
  if (!drop_in) return drop_in.error();
  const auto main = plan_change(kSambaConfig, [](const auto& text) { return with_drop_in(text.value_or("")); });
  if (!main) return main.error();
  const auto stack = plan_samba_stack();
  if (!stack) return stack.error();
  Changes changes;
  for (const auto& change : {*drop_in, *stack, *main}) {  // smb.conf last: it puts the others to use
    if (change.is_needed()) changes.push_back(change);
  }
  return changes;
}

/// What Samba makes of a configuration file, with options as smbd is given them. An Error where its own test objects.
Result<std::map<std::string, std::string>> settings_in(const char* path, const std::vector<std::string>& options) {
  std::vector<std::string> words{"testparm", "--suppress-prompt", "--verbose"};
  words.insert(words.end(), options.begin(), options.end());
  words.emplace_back(path);
  const auto tested = run_program(words);
  if (!tested) return tested.error();
  if (tested->status == 0) return settings_of(tested->output);
  return Error{Error::Code::kConfig, path, "is refused by testparm: " + printable(tested->output),
               "mend it first: testparm " + std::string(path)};
}

/// Arguments of its own win over every file, and stay when it reads them again.
Error overridden(const std::string& setting, const SmbdStart& start) {
  if (start.options.empty()) {
    return {Error::Code::kConfig, kSambaConfig, "overrides a setting of " + std::string(kSambaDropIn) + ": " + setting,
            "see 'testparm -sv'; settings in the registry or in other files may win over it"};
  }
  std::string arguments;
  for (const std::string& word : start.options) arguments += " " + word;
  return {Error::Code::kConfig, kSambaDropIn,
          "is overridden by arguments of smbd: " + setting + " (" + printable(arguments.substr(1)) + ")",
          "take them out where its service gets them (/etc/default/samba, /etc/sysconfig/samba, systemctl cat smbd), "
          "then restart it"};
}

/// Those that go by our smb.conf, the usual one first. What cannot be judged the doctor says.
std::vector<SmbdStart> starts_by_smb_conf() {
  Findings left_to_the_doctor;
  std::vector<SmbdStart> starts = smbd_starts(left_to_the_doctor);
  std::erase_if(starts, [](const SmbdStart& start) { return start.config_file != kSambaConfig; });
  if (starts.empty()) starts.emplace_back();
  return starts;
}

Result<void> prove_start(const std::map<std::string, std::string>& wanted, const SmbdStart& start) {
  const auto in_force = settings_in(kSambaConfig, start.options);
  if (!in_force) return in_force.error();
  const auto other_file = in_force->find("configfile");
  if (other_file != in_force->end()) {
    if (const auto counts = see_that_smb_conf_counts(other_file->second, kSambaConfig); !counts) return counts;
  }
  for (const std::string& name : names_of_settings(kPackagedSambaDropIn)) {
    const auto want = wanted.find(name);
    const auto have = in_force->find(name);
    if (want != wanted.end() && have != in_force->end() && want->second == have->second) continue;
    return overridden(name, start);
  }
  return done();
}

/// Whether each setting of the drop-in is in force, by what Samba itself says and not by how the file looks: for the
/// smbd that the service starts, and for each that runs with other arguments.
Result<void> prove_samba() {
  const auto wanted = settings_in(kSambaDropIn, {});
  if (!wanted) return wanted.error();
  for (const SmbdStart& start : starts_by_smb_conf()) {
    if (const auto proven = prove_start(*wanted, start); !proven) return proven;
  }
  return done();
}

std::string caution_of_other_smbds() {
  Findings left_to_the_doctor;
  std::string text;
  for (const SmbdStart& start : smbd_starts(left_to_the_doctor)) {
    if (start.config_file == kSambaConfig) continue;
    text += "An smbd goes by " + printable(start.config_file) +
            ": whom it lets in without a code says `twinlock doctor`.\n";
  }
  return text;
}

/// Ours stand behind those files and win over them, but for what no later line can take back.
std::string caution_of_includes() {
  const auto includes = includes_by_client();
  std::string text;
  for (const std::string& include : includes ? *includes : std::vector<std::string>()) {
    text += "smb.conf includes " + printable(include) +
            ", another file for each client: nobody can test here what that sets for whom.\n" +
            "It must not say `config file`, or that client is not asked for a code.\n";
    if (include.find("%U") != std::string::npos) {
      text += "%U is the name as it was typed, with the code: write %u in its place.\n";
    }
  }
  return text;
}

Result<void> try_samba(const PamTrial& trial) {
  if (::access(kHelper, X_OK) != 0) {
    return Error{Error::Code::kConfig, kHelper, "is missing or cannot be started",
                 "install it: without it no code in a user name would be understood"};
  }
  return try_samba_stack(trial);
}

}  // namespace

Result<SetupService> samba_setup(const SetupTools& tools) {
  const auto service = ServiceName::parse("samba");
  if (!service) return service.error();
  const Config& config = tools.config;
  const Journal& journal = tools.journal;
  return SetupService{"samba",
                      "Samba",
                      *service,
                      [&journal] { return plan_samba(journal); },
                      [&config](const Changes& changes, const std::string& directory) {
                        return try_samba({pam_texts_with(changes), directory, config.language});
                      },
                      [](const Outlook&) { return prove_samba(); },
                      [] { return caution_of_includes() + caution_of_other_smbds(); }};
}

}  // namespace twinlock
