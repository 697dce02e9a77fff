#include "config/config_reader.h"

namespace twinlock {
namespace {

/// As a TOML basic string.
std::string quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      quoted += {'\\', 'u', '0', '0', kHex[byte >> 4U], kHex[byte & 0xFU]};
    } else {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + "\"";
}

constexpr std::string_view kHead =
    R"(# twinlock.conf: the second factor of this server. twinlock.conf(5) explains every key.
#
# Every value below is the default, so a line may be changed or deleted. An unknown key or a value that makes no sense
# refuses all logins, and the log names the line. After each change, before you log out: twinlock config check
#
# The file must belong to root and be writable by nobody else. Durations: 30s, 15m, 10h, 14d.

# The name that employees see in their phone app, 1 to 64 bytes without a colon.
issuer = )";

constexpr std::string_view kRecords = R"(
# What employees read: "en" or "de".
language = "en"

[store]
# Where the records lie: a directory of this server, or "postgresql://..." for several servers with one store.
url = "file:/var/lib/twinlock/users"
# The keys that seal the records. Without this file nobody can log in with a code: back it up, apart from the records.
key_file = "/etc/twinlock/key"
run_dir = "/run/twinlock"
# What outlives a restart: how far the audit log is sealed, when the last backup was made, what `setup` can undo.
state_dir = "/var/lib/twinlock"
# true: an account that was deleted and created again under the same name, with another uid, is not served with the
# old phone. false only where several servers share a store but not their uids.
bind_uid = true

[audit]
# One line for each login. "" writes to syslog only.
file = "/var/log/twinlock/audit.log"
retention = "90d"
# Whether to log logins that a rule exempts. This records who was in the office when.
exempt = false

[code]
# How many time steps (of 30 s) before and after now a code is still right, 0 to 10.
window = 1

[address]
# How many leading bits of an address stand for one client, in leases and in counting wrong codes.
ipv4_prefix = 32
ipv6_prefix = 64
)";

constexpr std::string_view kLogins = R"(
[throttle]
# Wrong codes from one address that cost no waiting, then the first waiting time, which doubles up to the longest.
free_attempts = 5
first_delay = "30s"
max_delay = "1h"
# How many chances to guess a user's code there are at once, and how many come back each day: from all addresses
# together that the user has not logged in from lately, and from each address where he has.
budget_unknown = 60
refill_unknown = 1.5
budget_known = 120
refill_known = 3.0
# So many wrong codes without a right one disable the phone until an administrator acts, 1 to 100.
disable_after = 100

# What a right code earns: for how long the same user at the same address needs no other one ("0": not at all,
# at most 30d), and for which services.
[service.sshd]
lease = "10h"
opens = ["samba"]

[service.samba]
lease = "10h"
opens = ["samba"]
# Stands between user name and code: alice+492039.
separator = "+"
)";

constexpr std::string_view kPeople = R"(
[helpdesk]
# Told to employees in letters and when they are refused, such as "+49 30 23125 000".
phone = ""
# The longest life of a code that the helpdesk reads out.
bypass_max = "30m"
# The helpdesk cannot act on members of these groups.
protected_groups = ["sudo", "wheel"]

[notify]
# Mail to employees about these events through this program, such as "/usr/sbin/sendmail". "" sends none.
command = ""
events = ["enrolled", "bypass", "recovery", "budget_empty", "disabled"]

# Rules say who needs a code where. The first one that matches decides; where none does, a code is needed.
# A rule matches where all of its lists do; a list that is left out matches anything.
#   require  asks for a code
#   exempt   asks for none: the password is enough
#   deny     refuses
#   observe  asks those who have a phone enrolled, and lets the others pass and logs them: for a roll-out
#
# [[rule]]
# name = "office network"
# services = ["sshd", "samba"]
# users = ["alice", "bob"]
# groups = ["staff"]
# networks = ["192.0.2.0/24", "2001:db8::/32"]
# action = "exempt"
# until = 2027-01-31             # the last day on which it holds
)";

}  // namespace

std::string default_config_text(std::string_view issuer) {
  std::string text(kHead);
  text += quoted(issuer);
  text += '\n';
  for (const auto part : {kRecords, kLogins, kPeople}) text += part;
  return text;
}

}  // namespace twinlock
