#include "cli/doctor/smbd_servers.h"

#include <algorithm>
#include <optional>

#include "cli/doctor/server_process.h"
#include "cli/doctor/sshd_start.h"
#include "cli/doctor/system_pam.h"
#include "cli/trusted_program.h"

namespace twinlock {
namespace {

constexpr const char* kSmbConf = "/etc/samba/smb.conf";

SmbdStart usual_smbd_start() {
  std::vector<std::string> arguments;
  for (const char* file : {"/etc/default/samba", "/etc/sysconfig/samba"}) {
    const auto more = words_of_variable(read_text_file(file).value_or(""), "SMBDOPTIONS");
    arguments.insert(arguments.end(), more.begin(), more.end());
  }
  return smbd_start_of(arguments);
}

/// nullopt: it is a part of one that listens, or its files are not ours.
std::optional<SmbdStart> smbd_start_from(const ServerProcess& process, Findings& findings) {
  if (process.words.empty() || process.words[0].starts_with("smbd:") ||
      !can_be_seen(process, kSambaListeners, findings))
    return std::nullopt;
  SmbdStart start = smbd_start_of({process.words.begin() + 1, process.words.end()});
  if (start.config_file.starts_with('/')) return start;
  findings.warn(kSambaListeners,
                words_for(process) + " was started with -s " + start.config_file + ", which can be any file",
                std::string("start it anew with its settings in ") + kSmbConf);
  return std::nullopt;
}

}  // namespace

std::vector<SmbdStart> smbd_starts(Findings& findings) {
  const auto installed = find_program("smbd");
  std::vector<SmbdStart> starts;
  if (installed && read_text_file(kSmbConf)) starts.push_back(usual_smbd_start());
  for (const ServerProcess& process : root_processes([](std::string_view name) { return name == "smbd"; })) {
    const auto start = smbd_start_from(process, findings);
    if (!start) continue;
    if (trusted_program(process.program) != installed || !installed) {
      findings.warn(kSambaListeners,
                    words_for(process) + " is not the smbd that is installed, and may read other files",
                    "stop it, or restart smbd after an update");
    }
    if (std::ranges::find(starts, *start) == starts.end()) starts.push_back(*start);
  }
  return starts;
}

}  // namespace twinlock
