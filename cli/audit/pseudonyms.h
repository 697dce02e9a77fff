// A line of the audit log without anybody's name.
//
// MUST 1: of a line only the fields that are named here go out, and what is typed or can identify somebody goes out
//         as a pseudonym. A detail can hold names and stays here.
// MUST 2: a pseudonym cannot be traced back, nor tried out, without the audit key.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace twinlock {

/// "p-" and 16 characters of base32 in lower case for a person, the same for the same name; what was typed as a name
/// counts as one, since it may be a password. HMAC-SHA-256 of the name, cut to 80 bits.
[[nodiscard]] Result<std::string> person_pseudonym(std::string_view name, const SecretBytes& key);
/// "a-…" likewise for an address; "local" stays.
[[nodiscard]] Result<std::string> address_pseudonym(std::string_view address, const SecretBytes& key);

/// The line with pseudonyms in user, actor and address.
[[nodiscard]] Result<std::string> with_pseudonyms(std::string_view line, const SecretBytes& key);

}  // namespace twinlock
