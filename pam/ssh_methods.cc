#include "pam/ssh_methods.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace twinlock {
namespace {

/// Whether one of the completed methods, a line each, is what `wanted` says.
template <typename Predicate>
bool any_method(const PamSession& pam, Predicate wanted) {
  const std::string methods = pam.variable("SSH_AUTH_INFO_0").value_or("");
  std::string_view rest = methods;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    if (wanted(line)) return true;
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return false;
}

}  // namespace

bool is_sshd(const PamSession& pam) { return pam.variable("SSH_CONNECTION").has_value(); }

bool gave_publickey(const PamSession& pam) {
  return any_method(pam, [](std::string_view line) { return line.starts_with("publickey "); });
}

bool gave_pam_method(const PamSession& pam) {
  return any_method(pam,
                    [](std::string_view line) { return line == "password" || line == "keyboard-interactive/pam"; });
}

}  // namespace twinlock
