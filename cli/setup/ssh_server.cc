#include "cli/setup/ssh_server.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <sstream>

#include "base/printable.h"
#include "cli/doctor/sshd_servers.h"
#include "cli/program.h"
#include "cli/setup/config_lines.h"
#include "cli/setup/ssh_config_files.h"

namespace twinlock {
namespace {

/// A Match may ask a directory about groups.
constexpr std::chrono::seconds kSshdPatience{20};
const SshVisitor kStranger{"nobody", "192.0.2.1"};

using Settings = std::map<std::string, std::string>;

Error refused(const std::string& why) {
  return {Error::Code::kConfig, kSshdConfig, "is refused by sshd: " + printable(why), "mend it first: sshd -t"};
}

Result<Settings> settings_for(const SshdServer& server, const SshVisitor& visitor) {
  const std::string spec =
      "user=" + visitor.user + ",host=" + visitor.address + ",addr=" + visitor.address + ",laddr=192.0.2.2,lport=22";
  std::vector<std::string> words{server.program, "-T", "-C", spec};
  words.insert(words.end(), server.start.options.begin(), server.start.options.end());
  const auto said = run_program(words, kSshdPatience);
  if (!said) return said.error();
  if (said->status != 0) return refused(said->output);
  return ssh_settings_of(said->output);
}

/// OpenSSH 9 prints keywords in lower case and 10 as they are documented; values of its own words vary too.
bool is_same(const Settings& have, const std::string& keyword, const std::string& value) {
  const auto found = have.find(keyword);
  return found != have.end() && lowered(found->second) == lowered(value);
}

Error overridden(const std::string& keyword, const Settings& have, const std::string& whom) {
  const auto found = have.find(keyword);
  const std::string value = found != have.end() ? " (it is " + printable(found->second) + ")" : "";
  return {Error::Code::kConfig, kSshDropIn, "is overridden for " + printable(whom) + ": " + keyword + value,
          "an earlier file of /etc/ssh/sshd_config.d or a Match wins over it; see 'sshd -T -C user=" + printable(whom) +
              ",host=x,addr=192.0.2.1'"};
}

/// OpenSSH from 9.8 on can be told to use another stack than ours.
bool uses_our_stack(const Settings& have) {
  const auto service = have.find("pamservicename");
  return service == have.end() || service->second == kSshService;
}

std::string unquoted(std::string value) {
  std::erase(value, '"');
  return value;
}

/// From 9.8 on a Match can name another stack for people whom `sshd -T` is not asked about here.
Result<void> see_that_no_match_names_another_stack() {
  for (const SshLine& line : ssh_config_lines()) {
    if (line.keyword != "pamservicename" || unquoted(line.value) == kSshService) continue;
    return Error{
        Error::Code::kConfig, kSshdConfig,
        "has sshd use another PAM stack for some: PAMServiceName " + printable(line.value),
        "remove the line, or put twinlock into that stack by hand (pam_twinlock(8)) and set it up without this "
        "command"};
  }
  return done();
}

/// Arguments of its own win over every file, and stay when it reads them again.
Error overridden_by_arguments(const SshdServer& server, const std::string& keyword) {
  std::string arguments;
  for (const std::string& word : server.start.options) arguments += " " + word;
  return {Error::Code::kConfig, kSshDropIn,
          "is overridden by arguments of sshd" + server.where + ": " + keyword + " (" + printable(arguments.substr(1)) +
              ")",
          "take them out where its service gets them (/etc/default/ssh, /etc/sysconfig/sshd, systemctl cat ssh), then "
          "restart it"};
}

Result<void> test_stranger(const SshdServer& server, const Settings& wanted) {
  const auto have = settings_for(server, kStranger);
  if (!have) return have.error();
  const auto differs = [&](const std::string& keyword) {
    return server.start.options.empty() ? overridden(keyword, *have, "everybody")
                                        : overridden_by_arguments(server, keyword);
  };
  for (const auto& [keyword, value] : wanted) {
    if (!is_same(*have, keyword, value)) return differs(keyword);
  }
  return uses_our_stack(*have) ? done() : Result<void>(differs("pamservicename"));
}

Result<void> test_visitor(const SshdServer& server, const SshVisitor& visitor) {
  const auto have = settings_for(server, visitor);
  if (!have) return have.error();
  const std::string whom = visitor.user + " at " + visitor.address;
  const Settings needed{{"usepam", "yes"}, {"kbdinteractiveauthentication", "yes"}, {"passwordauthentication", "no"}};
  for (const auto& [keyword, value] : needed) {
    if (!is_same(*have, keyword, value)) return overridden(keyword, *have, whom);
  }
  if (!uses_our_stack(*have)) return overridden("pamservicename", *have, whom);
  const auto methods = have->find("authenticationmethods");
  const bool asks = methods != have->end() && always_asks_pam(methods->second);
  return asks ? done() : Result<void>(overridden("authenticationmethods", *have, whom));
}

bool goes_by_our_files(const SshdServer& server) {
  return server.config_file() == kSshdConfig && server.start.service == kSshService;
}

/// That of the service first, then those that run otherwise. What cannot be judged the doctor says.
std::vector<SshdServer> servers_of(const std::string& sshd) {
  Findings left_to_the_doctor;
  return sshd_servers(sshd, left_to_the_doctor);
}

}  // namespace

Result<std::string> find_sshd() {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): one thread
  std::istringstream directories(std::string(path != nullptr ? path : "") + ":/usr/sbin:/usr/local/sbin:/sbin");
  std::string directory;
  while (std::getline(directories, directory, ':')) {
    const std::string sshd = directory + "/sshd";
    if (directory.starts_with('/') && ::access(sshd.c_str(), X_OK) == 0) return sshd;
  }
  return Error{Error::Code::kNotFound, "sshd", "is not installed", "install the package that brings it"};
}

/// Not by `sshd -T`: a rollback must not depend on what that runs.
std::string pid_file_of_sshd() {
  for (const SshLine& line : ssh_config_lines()) {
    if (line.keyword == "pidfile" && unquoted(line.value).starts_with('/')) return unquoted(line.value);
  }
  return "/run/sshd.pid";
}

Result<void> see_that_sshd_starts() {
  const auto sshd = find_sshd();
  if (!sshd) return sshd.error();
  const auto read = run_program({*sshd, "-t"}, kSshdPatience);
  if (!read) return read.error();
  return read->status == 0 ? done() : Result<void>(refused(read->output));
}

Result<void> test_sshd(const std::string& drop_in, const std::vector<SshVisitor>& visitors) {
  if (const auto starts = see_that_sshd_starts(); !starts) return starts;
  const auto sshd = find_sshd();
  if (!sshd) return sshd.error();
  if (const auto good = see_that_no_match_names_another_stack(); !good) return good;
  const auto servers = servers_of(*sshd);
  for (const SshdServer& server : servers) {
    if (!goes_by_our_files(server)) continue;
    if (const auto good = test_stranger(server, ssh_settings_of(drop_in)); !good) return good;
  }
  for (const SshVisitor& visitor : visitors) {
    if (const auto good = test_visitor(servers.front(), visitor); !good) return good;
  }
  return done();
}

std::vector<pid_t> listening_sshds() {
  const auto sshd = find_sshd();
  std::vector<pid_t> pids;
  for (const SshdServer& server : sshd ? servers_of(*sshd) : std::vector<SshdServer>()) {
    if (!goes_by_our_files(server)) continue;
    for (const ServerProcess& process : server.listening) pids.push_back(process.pid);
  }
  return pids;
}

Result<void> see_that_root_may_give_a_code(const std::string& root) {
  const auto sshd = find_sshd();
  if (!sshd) return sshd.error();
  const auto have = settings_for(servers_of(*sshd).front(), {root, kStranger.address});
  if (!have) return have.error();
  if (is_same(*have, "permitrootlogin", "yes")) return done();
  const auto said = have->find("permitrootlogin");
  return Error{
      Error::Code::kConfig, kSshdConfig,
      "lets nobody in who could give a code: only root is enrolled, and PermitRootLogin is " +
          (said != have->end() ? printable(said->second) : ""),
      "first 'twinlock enrol USER' for somebody else; or set PermitRootLogin yes: root gives a password or key, "
      "and the code, from then on"};
}

std::string caution_of_other_sshds() {
  const auto sshd = find_sshd();
  std::string text;
  for (const SshdServer& server : sshd ? servers_of(*sshd) : std::vector<SshdServer>()) {
    if (goes_by_our_files(server)) continue;
    text += "sshd" + server.where + " goes by " + printable(server.config_file()) + " and the PAM stack " +
            printable(server.start.service) + ": whom it lets in without a code says `twinlock doctor`.\n";
  }
  return text;
}

}  // namespace twinlock
