// What texts in twinlock.conf may hold. Each check's Error carries only `why` and `mend`: the caller knows the key.
#pragma once

#include <string>

#include "base/result.h"

namespace twinlock {

/// Starts with '/', has no control characters.
[[nodiscard]] Result<void> check_absolute_path(const std::string& text);
/// The same, or empty.
[[nodiscard]] Result<void> check_optional_path(const std::string& text);
/// "file:" and an absolute path, or something that begins with "postgresql:".
[[nodiscard]] Result<void> check_store_url(const std::string& text);
/// 1 … 64 bytes without control characters and ':', which ends the issuer in an otpauth URI.
[[nodiscard]] Result<void> check_issuer(const std::string& text);
/// 0 … 64 bytes without control characters.
[[nodiscard]] Result<void> check_phone(const std::string& text);
/// 1 … 64 bytes without control characters.
[[nodiscard]] Result<void> check_rule_name(const std::string& text);
/// 1 … 255 bytes without control characters.
[[nodiscard]] Result<void> check_group(const std::string& text);
/// One of the events that [notify] knows.
[[nodiscard]] Result<void> check_event(const std::string& text);
/// One printable ASCII character that is no blank, letter or digit.
[[nodiscard]] Result<void> check_separator(const std::string& text);

}  // namespace twinlock
