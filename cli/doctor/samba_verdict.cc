#include "cli/doctor/samba_verdict.h"

#include <array>

#include "cli/doctor/sshd_settings.h"

namespace twinlock {
namespace {

/// A setting that must have one value.
struct Must {
  const char* id;
  const char* name;
  const char* value;  ///< In lower case, as testparm writes it.
  const char* why;    ///< What happens otherwise.
};

constexpr std::array kMusts{
    Must{"samba.obey-pam", "obey pam restrictions", "yes", "smbd never asks twinlock, and a password alone is enough"},
    Must{"samba.map-cache", "username map cache time", "0", "a cached name comes without its code"},
    Must{"samba.multichannel", "server multi channel support", "no",
         "connections from several addresses share a process, and the code is taken for another's"},
    Must{"samba.guest", "map to guest", "never", "who fails to log in becomes a guest and passes twinlock by"},
    Must{"samba.anonymous", "restrict anonymous", "2",
         "anonymous clients pass twinlock by, and can change a password whose old one they know"},
    Must{"samba.hostname-lookups", "hostname lookups", "no", "clients arrive by name, and twinlock takes addresses"},
    Must{"samba.encrypt-passwords", "encrypt passwords", "yes", "passwords travel in the clear"},
};

std::string line_for(const Must& must) {
  return "set in [global] of smb.conf: " + std::string(must.name) + " = " + must.value +
         "; or run: twinlock setup samba";
}

bool is_true(const std::string& value) {
  const std::string word = folded_case(value);
  return word == "yes" || word == "true" || word == "1";
}

void judge_shares(const SambaSettings& settings, Findings& findings) {
  if (is_true(settings.global("guest ok"))) {  // testparm does not repeat it in the shares
    findings.fail("samba.guest", "every share takes guests that does not say otherwise (guest ok in [global])",
                  "set in [global] of smb.conf: guest ok = no");
  }
  for (const auto& [name, share] : settings.shares()) {
    const auto guest = share.find("guest ok");
    if (guest == share.end() || !is_true(guest->second)) continue;
    findings.fail("samba.guest", "the share [" + name + "] takes guests (guest ok), who pass twinlock by",
                  "set in [" + name + "]: guest ok = no");
  }
  if (settings.is("usershare allow guests", "yes") && settings.global("usershare max shares") != "0") {
    findings.fail("samba.guest", "users may share directories with guests (usershare allow guests)",
                  "set in [global] of smb.conf: usershare allow guests = no");
  }
}

void judge_transport(const SambaSettings& settings, Findings& findings) {
  const std::string protocol = folded_case(settings.global("server min protocol"));
  if (!protocol.starts_with("smb3")) {
    findings.warn("samba.protocol",
                  "smbd also talks " + settings.global("server min protocol") + ", which does not encrypt",
                  "set in [global] of smb.conf: server min protocol = SMB3");
  }
  if (const std::string encrypt = folded_case(settings.global("server smb encrypt"));
      encrypt != "required" && encrypt != "mandatory") {
    findings.warn("samba.encrypt", "files may travel in the clear (server smb encrypt = " + encrypt + ")",
                  "set in [global] of smb.conf: server smb encrypt = required");
  }
}

/// Settings that Samba itself fills with %U, and that end in no file name here.
bool is_samba_s_own(const std::string& name) {
  return name == "template homedir" || name == "logon path" || name == "logon home" || name == "printjob username";
}

/// %U is the name as it was typed.
void judge_typed_names(const SambaSettings& settings, Findings& findings) {
  const auto look = [&](const std::string& section, const SambaSettings::Section& values) {
    for (const auto& [name, value] : values) {
      if (value.find("%U") == std::string::npos || is_samba_s_own(name)) continue;
      findings.fail("samba.typed-name",
                    "[" + section + "] " + name + " = " + value + " uses %U, the typed name with the code",
                    "write %u in its place");
    }
  };
  look("global", settings.globals());
  for (const auto& [name, share] : settings.shares()) look(name, share);
}

/// Where passwords are good for more than this server's files.
void judge_role(const SambaSettings& settings, Findings& findings) {
  const std::string role = folded_case(settings.global("server role"));
  if (role.find("active directory domain controller") != std::string::npos) {
    findings.fail("samba.role",
                  "a domain controller of Active Directory checks passwords without asking PAM for a code",
                  "serve files from a member of the domain");
  } else if (role.find("domain controller") != std::string::npos || settings.is("domain logons", "yes")) {
    findings.warn(
        "samba.role",
        "other machines of the domain let this one check passwords (NETLOGON), and there nobody asks for a code",
        "serve files from a standalone server, or put twinlock on every machine of the domain");
  }
}

void judge_map_script(const SambaSettings& settings, Findings& findings) {
  const std::string script = settings.global("username map script");
  const std::string wanted = std::string("exec ") + kMapHelper;
  judge_role(settings, findings);
  if (is_domain_member(settings)) {
    findings.ok("samba.role",
                "a domain controller checks the passwords: codes cannot ride in names, and the way in is "
                "`ssh … open` from the same address");
  } else {
    findings.ok("samba.role", "this server checks the passwords itself: codes may ride in names");
  }
  if (script == wanted) {
    findings.ok("samba.map-script", "codes are taken out of names by " + std::string(kMapHelper));
  } else if (script.empty() && is_domain_member(settings)) {
    findings.ok("samba.map-script", "no code rides in names, as a domain member needs none");
  } else {
    findings.fail("samba.map-script",
                  script.empty()
                      ? "nothing takes the code out of a name like alice+492039 (username map script is empty)"
                      : "username map script = " + script + " is not the helper of twinlock, as its own child",
                  "run: twinlock setup samba; or set in [global] of smb.conf: username map script = " + wanted);
  }
}

void add_ways(const SambaSettings& settings, const StackVerdict& stack, Findings& findings) {
  const bool asks = settings.is("obey pam restrictions", "yes");
  const bool open = !asks || stack.passes_account(Given::kWrong).has_value();
  const bool works = asks && stack.passes_account(Given::kRight).has_value();
  Way password{"smb", "anybody", "password"};
  password.without_code = open;
  password.with_code = works && !is_domain_member(settings);
  password.can_be_spared = works;
  findings.add(password);
  Way lease{"smb", "anybody", "password and an earlier login (lease)"};
  lease.with_code = works;
  lease.can_be_spared = works;
  findings.add(lease);
  Way guest{"smb", "guests", "nothing"};
  guest.without_code = findings.has_flaw("samba.guest");
  Way anonymous{"smb", "anonymous clients", "nothing"};
  anonymous.without_code = !settings.is("restrict anonymous", "2");
  findings.add(guest);
  findings.add(anonymous);
  if (open && asks) {
    findings.fail("samba.password-only", "a password alone is enough over SMB: the PAM stack samba lets it pass",
                  "run: twinlock setup samba");
  }
}

void judge_one(const SambaSettings& settings, const StackVerdict& stack, Findings& findings) {
  for (const Must& must : kMusts) {
    if (settings.is(must.name, must.value)) continue;
    const std::string value = settings.global(must.name);
    findings.fail(must.id, std::string(must.name) + " = " + value + ": " + must.why, line_for(must));
  }
  if (settings.is("null passwords", "yes")) {
    findings.fail("samba.null-passwords", "accounts may have no password (null passwords): a code alone is enough",
                  "set in [global] of smb.conf: null passwords = no");
  }
  judge_shares(settings, findings);
  judge_map_script(settings, findings);
  judge_transport(settings, findings);
  judge_typed_names(settings, findings);
  add_ways(settings, stack, findings);
}

}  // namespace

bool is_domain_member(const SambaSettings& settings) {
  const std::string security = folded_case(settings.global("security"));
  const std::string role = folded_case(settings.global("server role"));
  return security == "ads" || security == "domain" || role.find("member") != std::string::npos;
}

void judge_samba(const std::vector<SambaSettings>& servers, const StackVerdict& stack, Findings& findings) {
  if (servers.empty()) return;
  for (const SambaSettings& settings : servers) judge_one(settings, stack, findings);
  for (const Must& must : kMusts) findings.conclude(must.id, std::string(must.name) + " = " + must.value);
  findings.conclude("samba.null-passwords", "no account is without a password");
  findings.conclude("samba.protocol", "smbd talks SMB 3 only");
  findings.conclude("samba.encrypt", "smbd encrypts what it sends");
  findings.conclude("samba.typed-name", "no path holds the typed name (%U)");
  if (!findings.has_flaw("samba.obey-pam"))
    findings.conclude("samba.password-only", "over SMB a password without a code or a lease is refused");
}

}  // namespace twinlock
