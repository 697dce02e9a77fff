// Programs that root may start without running what somebody else has put there.
//
// MUST 1: a program is started by its resolved path; it and every directory above it are root's own and writable by
//         nobody else (a directory above its own may be sticky, as /tmp is).
// MUST 2: entries of PATH that are relative or empty are never looked into.
#pragma once

#include <optional>
#include <string>

namespace twinlock {

/// The resolved path of a program that can be trusted; nullopt: it is missing, is no program, or others could change
/// it.
[[nodiscard]] std::optional<std::string> trusted_program(const std::string& path);

/// The first such program by that name in PATH, or in the directories for administrators; nullopt: there is none.
[[nodiscard]] std::optional<std::string> find_program(const std::string& name);

}  // namespace twinlock
