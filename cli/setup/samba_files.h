// What Samba's configuration files become with twinlock: pure functions from text to text.
#pragma once

#include <string>
#include <string_view>

namespace twinlock {

inline constexpr const char* kSambaConfig = "/etc/samba/smb.conf";
inline constexpr const char* kSambaDropIn = "/etc/samba/twinlock.conf";
inline constexpr const char* kSambaPamStack = "/etc/pam.d/samba";

/// smb.conf with our include as the last setting of [global], where it wins over those before it. Unchanged where
/// it stands there already.
[[nodiscard]] std::string with_drop_in(std::string_view smb_conf);

/// A PAM stack with our `account` line before all others of that kind and our `session` line behind them. Unchanged
/// where both stand there already.
[[nodiscard]] std::string with_samba_lines(std::string_view stack);

}  // namespace twinlock
