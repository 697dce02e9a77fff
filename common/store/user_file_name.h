// File names of records: any user name becomes exactly one name that stays inside its directory, and back.
//
// A–Z, a–z, 0–9, '_', '@', '-' and '.' stand for themselves, but for '.' as the first character; every other byte is
// %XX with upper-case digits. A name that would be longer than 200 bytes is '~' and the SHA-256 of the user name in
// lower-case hex. So no name is empty, ".", ".." or hidden, none holds '/', and no two users share one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/username.h"

namespace twinlock {

/// kCrypto if OpenSSL refuses to hash a long name.
[[nodiscard]] Result<std::string> user_file_name(const Username& user);

/// The user whose record has the name `file_name`. Nothing for hashed names and for all that user_file_name() never
/// makes.
[[nodiscard]] std::optional<Username> user_of_file_name(std::string_view file_name);

/// Whether it has the shape of a hashed name: then the user's name stands in the record only.
[[nodiscard]] bool is_hashed_file_name(std::string_view file_name);

}  // namespace twinlock
