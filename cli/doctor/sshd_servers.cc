#include "cli/doctor/sshd_servers.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "cli/doctor/system_pam.h"
#include "cli/files_like.h"
#include "cli/new_file.h"
#include "cli/program.h"
#include "cli/trusted_program.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr const char* kSshdConfig = "/etc/ssh/sshd_config";
constexpr const char* kSshListeners = "ssh.listeners";

struct Defaults {
  const char* file;
  const char* variable;
};

/// Whence the services of the distributions take arguments.
constexpr std::array kDefaults{Defaults{"/etc/default/ssh", "SSHD_OPTS"}, Defaults{"/etc/sysconfig/sshd", "OPTIONS"},
                               Defaults{"/etc/sysconfig/ssh", "SSHD_OPTS"}};

SshdStart usual_sshd_start() {
  std::vector<std::string> arguments;
  for (const Defaults& defaults : kDefaults) {
    const auto more = words_of_variable(read_text_file(defaults.file).value_or(""), defaults.variable);
    arguments.insert(arguments.end(), more.begin(), more.end());
  }
  return sshd_start_with(arguments);
}

/// nullopt: it takes no connections, or cannot be judged, which is a finding.
std::optional<SshdServer> server_of(const ServerProcess& process, Findings& findings) {
  auto start = sshd_start_of(process.words);
  if (!start || !can_be_seen(process, kSshListeners, findings)) return std::nullopt;
  const std::string name = words_for(process);
  const std::string restart = "start it anew with its settings in " + std::string(kSshdConfig);
  if (start->is_cut_off) {
    findings.warn(kSshListeners, name + " has more arguments than the kernel shows: they cannot be judged", restart);
    return std::nullopt;
  }
  if (const auto file = start->config_file(); file && !file->starts_with('/')) {
    findings.warn(kSshListeners, name + " was started with -f " + *file + ", which can be any file", restart);
    return std::nullopt;
  }
  const auto program = trusted_program(process.program);
  if (!program) {
    findings.fail(kSshListeners, name + " is a program that is gone, or that others could change",
                  "chown root:root and chmod 0755 " + process.program + " and its directories; then restart it");
    return std::nullopt;
  }
  return SshdServer{*program, std::move(*start), " (process " + std::to_string(process.pid) + ")", {process}};
}

/// Other servers of the protocol never ask twinlock as sshd does.
void look_for_other_ssh_servers(Findings& findings) {
  const auto others = root_processes([](std::string_view name) { return name == "dropbear" || name == "tinysshd"; });
  for (const ServerProcess& process : others) {
    if (process.place == ServerProcess::Place::kContainer) continue;
    findings.fail(kSshListeners, words_for(process) + " takes logins over SSH too, and twinlock does not stand in it",
                  "stop it, or let it serve keys that need no code on purpose only");
  }
}

/// What systemd would start, also for a connection that comes (socket activation): arguments in units stand in no file
/// of defaults.
std::vector<SshdStart> starts_by_systemd(const SshdStart& usual) {
  const auto systemctl = find_program("systemctl");
  struct stat about {};
  if (!systemctl || ::stat("/run/systemd/system", &about) != 0) return {};
  const auto told =
      run_program({*systemctl, "show", "--property=ExecStart", "ssh", "sshd", "ssh@doctor", "sshd@doctor"});
  std::vector<SshdStart> starts;
  for (auto& words : words_of_exec_start(told ? told->output : "")) {
    SshdStart start = sshd_start_with(words);
    start.options.insert(start.options.end(), usual.options.begin(), usual.options.end());
    starts.push_back(std::move(start));
  }
  return starts;
}

std::optional<UnixTime> changed_at(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return std::nullopt;
  return UnixTime{std::max(about.st_ctim.tv_sec, about.st_mtim.tv_sec)};
}

}  // namespace

std::string SshdServer::config_file() const { return start.config_file().value_or(kSshdConfig); }

std::vector<SshdServer> sshd_servers(const std::string& usual_program, Findings& findings) {
  std::vector<SshdServer> servers{{usual_program, usual_sshd_start(), "", {}}};
  for (SshdStart& start : starts_by_systemd(servers[0].start)) {
    const bool is_known = std::ranges::find(servers, start, &SshdServer::start) != servers.end();
    if (!is_known) servers.push_back({usual_program, std::move(start), " (by its unit)", {}});
  }
  // A copy by another name has another PAM stack up to OpenSSH 9.7.
  const auto processes = root_processes([](std::string_view name) {
    return name.find("sshd") != std::string_view::npos && name != "sshd-session" && name != "sshd-auth" &&
           name != "tinysshd";
  });
  for (const ServerProcess& process : processes) {
    auto server = server_of(process, findings);
    if (!server) continue;
    const auto same = std::ranges::find_if(servers, [&](const SshdServer& other) {
      return other.program == server->program && other.start == server->start;
    });
    if (same != servers.end()) {
      same->listening.push_back(process);
    } else {
      servers.push_back(std::move(*server));
    }
  }
  look_for_other_ssh_servers(findings);
  return servers;
}

SshdConfigFiles::SshdConfigFiles(const std::string& path)
    : path_(path), text_(read_text_file(path).value_or("")), files_{path} {}

IncludeReader SshdConfigFiles::includes() {
  return [this](const std::string& pattern) {
    const std::string path = pattern.starts_with('/') ? pattern : "/etc/ssh/" + pattern;
    directories_.insert(directory_of(path));
    const auto files = files_like(path);
    if (files.empty()) empty_places_.insert(directory_of(path));
    std::vector<std::string> texts;
    for (const std::string& file : files) {
      files_.insert(file);
      texts.push_back(read_text_file(file).value_or(""));
    }
    return texts;
  };
}

void SshdConfigFiles::look_at_owners(Findings& findings) const {
  for (const std::string& file : files_) {
    std::error_code missing;
    const std::string real = std::filesystem::canonical(file, missing);
    if (missing) continue;  // sshd says so itself
    const auto opened = open_trusted_file({real, Privacy::kPublic, Error::Code::kConfig});
    if (!opened)
      findings.fail("ssh.owners", flaw_of(opened.error()),
                    "chown root:root and chmod go-w " + real + " and its directory");
  }
  for (const std::string& place : empty_places_) {
    std::error_code missing;
    const std::string real = std::filesystem::canonical(place, missing);
    if (missing) continue;  // also where its name is a pattern
    const auto opened = open_trusted_directory({real, Privacy::kPublic, Error::Code::kConfig});
    if (!opened) findings.fail("ssh.owners", flaw_of(opened.error()), "chown root:root and chmod go-w " + real);
  }
}

std::optional<UnixTime> SshdConfigFiles::changed() const {
  std::optional<UnixTime> last;
  for (const std::string& file : files_) last = std::max(last, changed_at(file));
  for (const std::string& directory : directories_) last = std::max(last, changed_at(directory));
  return last;
}

}  // namespace twinlock
