// MUST 1: a way counts as guarded only where `auth` or `account` refuses a login without a code.
// MUST 2: without UsePAM nothing of ours runs, and every method that sshd checks itself is open.
#include "cli/doctor/sshd_ways.h"

#include <algorithm>

namespace twinlock {
namespace {

using Methods = std::vector<std::string>;

constexpr const char* kKeyboard = "keyboard-interactive";

bool is_keyboard(const std::string& method) { return method.starts_with(kKeyboard); }

bool is_pam_method(const std::string& method) { return method == "password" || is_keyboard(method); }

bool is_gssapi(const std::string& method) { return method == "gssapi-with-mic" || method == "gssapi-keyex"; }

bool holds(const Methods& methods, const std::string& method) {
  return std::ranges::find(methods, method) != methods.end();
}

bool root_may(const SshdSettings& settings, const std::string& method) {
  if (settings.is_on("permitrootlogin")) return true;
  return !settings.is("permitrootlogin", "no") && !is_pam_method(method);
}

bool is_on(const SshdGuest& guest, const std::string& method) {
  const SshdSettings& settings = guest.settings;
  if (guest.is_root && !root_may(settings, method)) return false;
  // With PAM off no device is left that would ask.
  if (is_keyboard(method)) return settings.is_on("kbdinteractiveauthentication") && settings.is_on("usepam");
  if (method == "publickey") return settings.is_on("pubkeyauthentication");
  if (method == "password") return settings.is_on("passwordauthentication");
  if (method == "hostbased") return settings.is_on("hostbasedauthentication");
  if (method == "gssapi-with-mic") return settings.is_on("gssapiauthentication");
  // Of Debian and Fedora.
  if (method == "gssapi-keyex") return settings.is_on("gssapiauthentication") && settings.is_on("gssapikeyexchange");
  return false;
}

std::string words_for_methods(const Methods& methods) {
  std::string words;
  bool has_key = false;
  for (const std::string& method : methods) {
    std::string word = method;
    if (method == "publickey") word = "key";
    if (is_gssapi(method)) word = "Kerberos (gssapi)";
    if (is_pam_method(method)) word = has_key ? "" : "password";
    has_key |= method == "publickey";
    if (!word.empty()) words += (words.empty() ? "" : " and ") + word;
  }
  return words;
}

std::string id_of(const Methods& methods) {
  if (holds(methods, "publickey")) return "ssh.key-only";
  if (std::ranges::any_of(methods, is_gssapi)) return "ssh.gssapi-only";
  if (holds(methods, "hostbased")) return "ssh.hostbased-only";
  return "ssh.password-only";
}

/// Whether all methods of the list that run our `auth` let somebody pass, and `account` at its end.
bool passes(const Methods& methods, const StackVerdict& stack, Given code) {
  Key key = Key::kNone;
  for (const std::string& method : methods) {
    if (method == "publickey") key = Key::kGiven;
    if (!is_pam_method(method)) continue;
    // OpenSSH 9.2 does not tell PAM of the key in the method "password".
    const StackScenario scenario{Given::kRight, code, method == "password" ? Key::kNone : key};
    if (!stack.passes_auth(scenario)) return false;
    if (code == Given::kRight && method == "password" && !stack.is_ready_for_one_field()) return false;
  }
  const bool gave_code = code == Given::kRight && std::ranges::any_of(methods, is_pam_method);
  return stack.passes_account(gave_code ? Given::kRight : Given::kWrong).has_value();
}

/// The same where a rule spares the code: ours is content, also with a key alone or one field without a code.
bool passes_when_spared(const Methods& methods, const StackVerdict& stack) {
  Key key = Key::kNone;
  for (const std::string& method : methods) {
    if (method == "publickey") key = Key::kGiven;
    const StackScenario scenario{Given::kRight, Given::kRight, method == "password" ? Key::kNone : key};
    if (is_pam_method(method) && !stack.passes_auth(scenario)) return false;
  }
  return stack.passes_account(Given::kRight).has_value();
}

void complain(const SshdGuest& guest, const Methods& methods, Findings& findings) {
  const bool pam = guest.settings.is_on("usepam");
  const std::string why = pam ? "the PAM stack of sshd lets it pass" : "UsePAM is off, so sshd asks twinlock nothing";
  findings.fail(id_of(methods), guest.who + " gets in over SSH with " + words_for_methods(methods) + " alone: " + why,
                pam ? "run: twinlock setup ssh; or by hand: the account line of pam_twinlock(8), and in sshd_config: "
                      "AuthenticationMethods keyboard-interactive:pam"
                    : "set in sshd_config: UsePAM yes");
}

}  // namespace

std::vector<Methods> method_lists(const SshdGuest& guest) {
  std::vector<Methods> lists;
  const std::string said = guest.settings.value("authenticationmethods").value_or("any");
  if (folded_case(said) == "any") {
    for (const char* method : {"publickey", "password", kKeyboard, "gssapi-with-mic", "hostbased"}) {
      lists.push_back({method});
    }
  } else {
    for (const std::string& list : split_text(said, " \t")) lists.push_back(split_text(folded_case(list), ","));
  }
  std::erase_if(lists, [&](const Methods& methods) {
    return !std::ranges::all_of(methods, [&](const std::string& method) { return is_on(guest, method); });
  });
  return lists;
}

bool judge_ways(const SshdGuest& guest, const StackVerdict& stack, Findings& findings) {
  bool anybody = false;
  for (const Methods& methods : method_lists(guest)) {
    Way way{"ssh", guest.who, words_for_methods(methods)};
    way.user = guest.user;
    way.without_code = !guest.settings.is_on("usepam") || passes(methods, stack, Given::kWrong);
    way.with_code = guest.settings.is_on("usepam") && passes(methods, stack, Given::kRight);
    way.can_be_spared = guest.settings.is_on("usepam") && passes_when_spared(methods, stack);
    if (way.without_code) complain(guest, methods, findings);
    anybody |= way.with_code || way.without_code;
    findings.add(std::move(way));
  }
  return anybody;
}

void judge_settings(const SshdGuest& guest, const StackVerdict& stack, Findings& findings) {
  const SshdSettings& settings = guest.settings;
  if (!settings.is_on("usepam")) {
    findings.fail("ssh.use-pam", "UsePAM is off: sshd never asks twinlock", "set in sshd_config: UsePAM yes");
  }
  if (settings.is_on("usedns")) {
    findings.fail("ssh.use-dns",
                  "UseDNS is on for " + guest.who + ": clients arrive by name, and twinlock takes addresses",
                  "set in sshd_config: UseDNS no");
  }
  if (settings.is_on("permitemptypasswords")) {
    findings.fail("ssh.empty-passwords", "PermitEmptyPasswords is on for " + guest.who + ": a code alone may be enough",
                  "set in sshd_config: PermitEmptyPasswords no");
  }
  const auto environment = settings.value("permituserenvironment");
  if (environment && !settings.is("permituserenvironment", "no")) {
    findings.warn(
        "ssh.user-environment",
        "PermitUserEnvironment is on for " + guest.who + ": who may only open shares can start other programs",
        "set in sshd_config: PermitUserEnvironment no");
  }
  const auto lists = method_lists(guest);
  const bool one_field = std::ranges::any_of(lists, [](const Methods& methods) { return holds(methods, "password"); });
  if (one_field && settings.is_on("usepam") && !stack.is_ready_for_one_field()) {
    findings.fail("ssh.one-field",
                  "PasswordAuthentication is on for " + guest.who +
                      ", and the stack does not cut the code off: the password itself is taken for a code, refused and "
                      "charged as a guess",
                  "set in sshd_config: PasswordAuthentication no; or take the example pam.d/sshd.one-field");
  }
}

}  // namespace twinlock
