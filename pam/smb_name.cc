#include "pam/smb_name.h"

namespace twinlock {
namespace {

bool opens_logins(TypedCode::Kind kind) {
  return kind == TypedCode::Kind::kToken || kind == TypedCode::Kind::kBypass || kind == TypedCode::Kind::kRecovery;
}

/// The domain that stands in front belongs to the client; on a server with its own accounts it means nothing.
std::string_view without_domain(std::string_view name) {
  const auto backslash = name.rfind('\\');
  return backslash == std::string_view::npos ? name : name.substr(backslash + 1);
}

}  // namespace

std::optional<SmbName> split_smb_name(std::string_view typed, char separator) {
  const std::string_view name = without_domain(typed);
  for (auto at = name.rfind(separator); at != std::string_view::npos && at > 0; at = name.rfind(separator, at - 1)) {
    const auto behind = name.substr(at + 1);
    TypedCode code = read_typed_code(behind.substr(0, behind.find('@')));
    if (!opens_logins(code.kind)) continue;
    const auto user = Username::parse(name.substr(0, at));
    return user ? std::optional<SmbName>({*user, std::move(code)}) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace twinlock
