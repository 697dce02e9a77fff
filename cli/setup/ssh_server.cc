#include "cli/setup/ssh_server.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <sstream>

#include "base/printable.h"
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

Result<Settings> settings_for(const std::string& sshd, const SshVisitor& visitor) {
  const std::string spec =
      "user=" + visitor.user + ",host=" + visitor.address + ",addr=" + visitor.address + ",laddr=192.0.2.2,lport=22";
  const auto said = run_program({sshd, "-T", "-C", spec}, kSshdPatience);
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

Result<void> test_stranger(const std::string& sshd, const Settings& wanted) {
  const auto have = settings_for(sshd, kStranger);
  if (!have) return have.error();
  for (const auto& [keyword, value] : wanted) {
    if (!is_same(*have, keyword, value)) return overridden(keyword, *have, "everybody");
  }
  return uses_our_stack(*have) ? done() : Result<void>(overridden("pamservicename", *have, "everybody"));
}

Result<void> test_visitor(const std::string& sshd, const SshVisitor& visitor) {
  const auto have = settings_for(sshd, visitor);
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

Result<void> test_sshd(const std::string& drop_in, const std::vector<SshVisitor>& visitors) {
  const auto sshd = find_sshd();
  if (!sshd) return sshd.error();
  const auto read = run_program({*sshd, "-t"}, kSshdPatience);
  if (!read) return read.error();
  if (read->status != 0) return refused(read->output);
  if (const auto good = see_that_no_match_names_another_stack(); !good) return good;
  if (const auto good = test_stranger(*sshd, ssh_settings_of(drop_in)); !good) return good;
  for (const SshVisitor& visitor : visitors) {
    if (const auto good = test_visitor(*sshd, visitor); !good) return good;
  }
  return done();
}

}  // namespace twinlock
