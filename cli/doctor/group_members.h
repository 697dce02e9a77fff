// Who is in a group, as far as the system tells.
#pragma once

#include <optional>
#include <string>

namespace twinlock {

/// One member, by the group's list or by primary group in /etc/passwd; nullopt: none is known.
[[nodiscard]] std::optional<std::string> some_member_of(const std::string& group);

/// Whether the account has uid 0, by whatever name; false where NSS does not know or say it.
[[nodiscard]] bool is_root_account(const std::string& user);

}  // namespace twinlock
