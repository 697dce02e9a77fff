// JSON for programs: the --json output of every command.
//
// Secrets inside JSON strings cannot be wiped: the library keeps them in ordinary strings and frees those as they are.
// Put a secret into JSON only where its output is what the command was asked for (enrol, recovery, bypass, invite),
// as late as can be, and only in the command, which ends soon after; never in the module.
#pragma once

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "base/time.h"

namespace twinlock {

/// Keys keep the order in which they were added.
using Json = nlohmann::ordered_json;

/// RFC 3339 in UTC; null for 0, which means "never" in a record.
[[nodiscard]] Json json_time(UnixTime time);

/// On one line, ended by '\n'. Bytes that are not UTF-8 become U+FFFD: a strange user name must not end a listing.
[[nodiscard]] SecretBytes json_text(const Json& value);

/// {"error":{"status","what","why","mend"}}: what goes to stderr where a command with --json fails.
[[nodiscard]] Json json_error(int exit_status, const Error& error);

}  // namespace twinlock
