#include "cli/setup/pam_chain.h"

#include <algorithm>
#include <array>
#include <optional>

#include "cli/setup/config_lines.h"

namespace twinlock {
namespace {

using Role = ChainStep::Role;
using Actions = std::map<std::string, std::string>;

constexpr int kDeepest = 16;  // Linux-PAM's own limit is 16 substacks and 32 includes
constexpr std::string_view kModule = "pam_twinlock.so";
constexpr std::array<std::string_view, 5> kPasswordModules{"pam_unix.so", "pam_sss.so", "pam_winbind.so", "pam_ldap.so",
                                                           "pam_krb5.so"};

Error unreadable(std::string what, std::string why) {
  return {Error::Code::kConfig, std::move(what), std::move(why), ""};
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }  // npos + 1 is 0

/// One line, those that it goes on in included.
Lines joined_lines(std::string_view text) {
  Lines joined;
  const Lines lines = lines_of(text);
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const std::string line = goes_on(lines[at]) ? lines[at].substr(0, lines[at].rfind('\\')) + " " : lines[at];
    if (is_continued(lines, at)) {
      joined.back() += line;
    } else {
      joined.push_back(line);
    }
  }
  return joined;
}

std::optional<Actions> actions_of(const std::string& control) {
  if (control == "required")
    return Actions{{"success", "ok"}, {"new_authtok_reqd", "ok"}, {"ignore", "ignore"}, {"default", "bad"}};
  if (control == "requisite")
    return Actions{{"success", "ok"}, {"new_authtok_reqd", "ok"}, {"ignore", "ignore"}, {"default", "die"}};
  if (control == "sufficient") return Actions{{"success", "done"}, {"new_authtok_reqd", "done"}, {"default", "ignore"}};
  if (control == "optional") return Actions{{"success", "ok"}, {"new_authtok_reqd", "ok"}, {"default", "ignore"}};
  if (!control.starts_with('[') || !control.ends_with(']')) return std::nullopt;
  Actions actions{{"default", "bad"}};
  for (const std::string& pair : pam_words(control.substr(1, control.size() - 2))) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos) return std::nullopt;
    actions[lowered(pair.substr(0, equals))] = lowered(pair.substr(equals + 1));
  }
  return actions;
}

Role role_of(std::string_view module, const std::vector<std::string>& arguments) {
  const auto says = [&](std::string_view word) { return std::ranges::find(arguments, word) != arguments.end(); };
  if (module == kModule && says("after_publickey")) return Role::kOurKey;
  if (module == kModule && says("split")) return Role::kOurSplit;
  if (module == kModule) return Role::kOurs;
  if (module == "pam_permit.so") return Role::kPermit;
  if (module == "pam_deny.so") return Role::kDeny;
  return std::ranges::find(kPasswordModules, module) != kPasswordModules.end() ? Role::kPassword : Role::kOther;
}

/// Reads a stack's text into one chain.
class Reader {
 public:
  Reader(std::string_view kind, const PamFiles& files) : kind_(kind), files_(files) {}

  Result<void> read(std::string_view text, int depth, PamChain& chain) const {
    if (depth > kDeepest) return unreadable("PAM", "includes go round");
    for (const std::string& line : joined_lines(text)) {
      if (const auto taken = read_line(line, depth, chain); !taken) return taken;
    }
    return done();
  }

 private:
  Result<void> read_line(const std::string& line, int depth, PamChain& chain) const {
    auto words = pam_words(line);
    if (words.size() >= 2 && words[0] == "@include") return read_file(words[1], depth, chain);
    if (words.empty() || lowered(words[0].starts_with('-') ? words[0].substr(1) : words[0]) != kind_) return done();
    if (words.size() < 3) return unreadable("PAM", "cannot be understood: " + line);
    if (words[1] == "include") return read_file(words[2], depth, chain);
    if (words[1] == "substack") {
      ChainStep substack{Role::kSubstack, words[2], {}, {}, {}};
      if (const auto taken = read_file(words[2], depth, substack.steps); !taken) return taken;
      chain.push_back(std::move(substack));
      return done();
    }
    const auto actions = actions_of(words[1]);
    if (!actions) return unreadable("PAM", "cannot be understood: " + line);
    const std::string module(last_part(words[2]));
    words.erase(words.begin(), words.begin() + 3);
    const Role role = role_of(module, words);
    chain.push_back({role, module, std::move(words), *actions, {}});
    return done();
  }

  Result<void> read_file(const std::string& name, int depth, PamChain& chain) const {
    constexpr std::string_view kHere = "/etc/pam.d/";
    const std::string_view local = std::string_view(name).substr(name.starts_with(kHere) ? kHere.size() : 0);
    if (local.find('/') != std::string_view::npos) return unreadable(name, "is included, and is not looked into there");
    const auto file = files_.find(local);
    if (file == files_.end()) return unreadable("/etc/pam.d/" + name, "is included and does not exist");
    return read(file->second, depth + 1, chain);
  }

  std::string_view kind_;
  const PamFiles& files_;
};

}  // namespace

std::vector<std::string> pam_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  int depth = 0;
  const auto finish = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (const char c : line) {
    if (c == '#') break;
    const bool blank = c == ' ' || c == '\t' || c == '\r';
    if (blank && depth == 0) {
      finish();
      continue;
    }
    if (c == '[') ++depth;
    if (c == ']' && depth > 0) --depth;
    word += c;
  }
  finish();
  return words;
}

Result<PamChain> pam_chain(std::string_view text, std::string_view kind, const PamFiles& files) {
  PamChain chain;
  if (const auto read = Reader(kind, files).read(text, 0, chain); !read) return read.error();
  return chain;
}

}  // namespace twinlock
