// What NSS and the network interfaces say about a login: the impure facts that rules and decisions need.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/result.h"

namespace twinlock {

/// An account as NSS knows it.
struct Account {
  std::string name;  ///< pw_name, which may differ from what was typed (case, domain).
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

/// nullopt: NSS knows no such account. kConfig where NSS itself fails.
[[nodiscard]] Result<std::optional<Account>> find_account(const std::string& name);

/// Whether the account is in the group (primary or supplementary). An Error where NSS fails or knows no such group;
/// nobody (nullopt) is in no group.
[[nodiscard]] Result<bool> is_in_group(const std::optional<Account>& account, const std::string& group);

/// Whether one of this host's interfaces has the address. An Error where they cannot be listed.
[[nodiscard]] Result<bool> is_own_address(const Address& address);

}  // namespace twinlock
