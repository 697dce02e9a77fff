#include "cli/setup/reload.h"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "base/printable.h"
#include "cli/program.h"
#include "cli/setup/ssh_server.h"
#include "live/process.h"

namespace twinlock {
namespace {

struct Server {
  std::string program;             ///< As its process is called.
  std::vector<std::string> units;  ///< Debian's name, Fedora's.
};

Server server_of(const std::string& service) {
  if (service == "ssh") return {"sshd", {"ssh.service", "sshd.service"}};
  return {"smbd", {"smbd.service", "smb.service"}};
}

/// An sshd that reads what it refuses ends, and nobody gets in any more; smbd leaves it unread. One that cannot be
/// asked says nothing: a rollback must not depend on it.
Result<void> see_that_it_lives_on(const Server& server) {
  if (server.program != "sshd") return done();
  const auto starts = see_that_sshd_starts();
  if (starts || starts.error().code != Error::Code::kConfig) return done();
  return Error{Error::Code::kConfig, "sshd",
               "is not told to read its files, for it would end: " + starts.error().what + " " + starts.error().why,
               starts.error().mend + "; then run this again"};
}

Result<std::string> reload_unit(const Server& server) {
  for (const std::string& unit : server.units) {
    const auto known = run_program({"systemctl", "cat", unit});
    if (!known) return known.error();
    if (known->status != 0) continue;
    const auto active = run_program({"systemctl", "is-active", "--quiet", unit});
    if (!active) return active.error();
    if (active->status == 0) {  // Debian's unit tests before it tells, Fedora's does not
      if (const auto good = see_that_it_lives_on(server); !good) return good.error();
    }
    const auto told = run_program({"systemctl", "try-reload-or-restart", unit});
    if (!told) return told.error();
    if (told->status == 0) return unit + " has read its files again, if it runs";
    return Error{Error::Code::kRefused, unit, "does not take the change: " + printable(told->output),
                 "see 'systemctl status " + unit + "'"};
  }
  return server.program + " has no unit here; it reads its files when it starts";
}

/// Where Samba says that it keeps its pid file.
std::string pid_file_of_smbd() {
  const auto said = run_program({"testparm", "--suppress-prompt", "--parameter-name=pid directory"});
  std::string directory = said && said->status == 0 ? said->output : "";
  while (!directory.empty() && directory.back() == '\n') directory.pop_back();
  directory = directory.substr(directory.rfind('\n') + 1);  // npos + 1 is 0; remarks stand before
  return (directory.starts_with('/') ? directory : "/run/samba") + "/smbd.pid";
}

/// By its pid file; an sshd may keep none, and is looked for.
std::vector<pid_t> processes_of(const Server& server, const std::string& pid_file) {
  pid_t pid = 0;
  std::ifstream(pid_file) >> pid;
  if (pid > 1) {
    const auto name = name_of_process(pid);
    if (name && *name == server.program) return {pid};
  }
  return server.program == "sshd" ? listening_sshds() : std::vector<pid_t>();
}

Result<std::string> reload_process(const Server& server, const std::string& pid_file) {
  const auto pids = processes_of(server, pid_file);
  if (pids.empty())
    return "no " + server.program + " runs, as " + pid_file + " says; it reads its files when it starts";
  if (const auto good = see_that_it_lives_on(server); !good) return good.error();
  std::string words;
  for (const pid_t pid : pids) {
    if (::kill(pid, SIGHUP) != 0)
      return system_error(Error::Code::kStore, "process " + std::to_string(pid), "told", errno);
    words += (words.empty() ? "" : ", ") + std::to_string(pid);
  }
  return server.program + " reads its files again (process " + words + ")";
}

}  // namespace

bool has_systemd() { return ::access("/run/systemd/system", F_OK) == 0; }

Result<std::string> reload_server(const std::string& service) {
  const Server server = server_of(service);
  if (has_systemd()) return reload_unit(server);
  return reload_process(server, service == "ssh" ? pid_file_of_sshd() : pid_file_of_smbd());
}

}  // namespace twinlock
