// /usr/libexec/twinlock/smb-map: smbd's `username map script`. Takes the code out of the user name and puts it where
// PAM `account` in the same smbd process finds it; prints the bare name.
//
// It runs before the password is checked, for peers that nobody knows, so it decides nothing:
// MUST 1: exactly one argument, which is data; no options: a client can inject arguments by a quote.
// MUST 2: as anybody but root it does and prints nothing: smbd also asks for share names and remote look-ups, as the
//         user who is logged in. (Before a connection's first share it still asks as root: what is stashed then is a
//         code that this very client typed, and serves in this process alone.)
// MUST 3: the name is printed only when the stash stands or MUST 5 forbids one; whatever is odd: no output, exit 0.
//         smbd then takes the name as it was typed, which has no account.
// MUST 4: no store is opened, nothing is verified, counted or logged about the name.
// MUST 5: a code is stashed for smbd alone, whose process serves one client. Samba's processes for RPC (rpcd_lsad, …)
//         serve one client after the other: what one left behind would serve the next. There the code is dropped, and
//         the lease decides.
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <string>

#include "base/clock.h"
#include "config/config_reader.h"
#include "live/code_stash.h"
#include "pam/smb_name.h"

namespace twinlock {
namespace {

constexpr std::string_view kService = "samba";

void complain(const Error& error) { ::syslog(LOG_ERR, "%s", error.text().c_str()); }

char separator_of(const Config& config) {
  const auto samba = config.services.find(kService);
  return samba == config.services.end() ? ServiceConfig{}.separator : samba->second.separator;
}

/// Stashes the code for the smbd that has started us.
Result<void> stash(const Config& config, const SmbName& name) {
  const auto owner = identify_process(::getppid());
  if (!owner) return owner.error();
  if (!*owner) return Error{Error::Code::kStore, "smbd", "has ended", ""};
  const auto stashes = RunDirectory::open(config.store.run_dir, kStashDirectory);
  if (!stashes) return stashes.error();
  const std::int64_t since_boot = milliseconds_since_boot();
  if (const auto swept = sweep_stashes(*stashes, since_boot); !swept) complain(swept.error());  // others' leftovers
  return stash_code(*stashes, **owner, name.user, name.code.canonical.text(), since_boot);
}

Result<void> print(const Username& user) {
  const std::string line = user.text() + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size())) return done();
  return system_error(Error::Code::kStore, "standard output", "written", errno);
}

Result<void> stash_or_drop(const Config& config, const SmbName& name) {
  const auto one_client = serves_one_client(::getppid());
  if (!one_client) return one_client.error();
  return *one_client ? stash(config, name) : done();
}

void map(std::string_view typed) {
  const auto config = read_config(kDefaultConfigPath);
  if (!config) return complain(config.error());
  const auto name = split_smb_name(typed, separator_of(*config));
  if (!name) return;
  if (const auto stashed = stash_or_drop(*config, *name); !stashed) return complain(stashed.error());
  if (const auto printed = print(name->user); !printed) complain(printed.error());
}

}  // namespace
}  // namespace twinlock

int main(int argc, char** argv) {
  try {
    if (argc != 2 || ::geteuid() != 0) return 0;
    ::openlog("twinlock-smb-map", LOG_PID, LOG_AUTHPRIV);
    twinlock::map(argv[1]);
  } catch (const std::exception&) {  // whatever it was: nothing printed, nothing mapped
  }
  return 0;
}
