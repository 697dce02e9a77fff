// One login attempt, as its service presents it and NSS knows it.
#pragma once

#include <optional>
#include <string_view>

#include "account/decide.h"
#include "base/address.h"
#include "base/username.h"
#include "config/config.h"
#include "login/name_service.h"

namespace twinlock {

struct Login {
  Username user;                   ///< Canonical: pw_name where NSS knows the account.
  std::optional<Account> account;  ///< nullopt: unknown to NSS.
  ServiceName service;
  Address address;
  UnixTime now;
};

/// Asks NSS for the account. kUsage for names and services that cannot be, kConfig where NSS fails.
[[nodiscard]] Result<Login> make_login(std::string_view typed_user, std::string_view service, const Address& address,
                                       UnixTime now);

[[nodiscard]] LoginContext context_of(const Login& login, const Config& config);

/// What the rules ask of this login. An Error (deny) where a group or the host's own addresses cannot be found out.
[[nodiscard]] Result<Action> required_action(const Login& login, const Config& config);

}  // namespace twinlock
