// What a module must leave alone in the program that hosts it, and what may grow where it leaks.
#pragma once

#include <nlohmann/json.hpp>

namespace pam_driver {

/// At once, or the first message would open a descriptor for good.
void open_log();

/// Gives the process a locale, a directory, a umask and signal dispositions that nobody has by chance.
void become_peculiar();

/// {"fds", "threads", "rss_kib", "heap" (bytes), "host": {umask, directory, locale, signals, limits, environment,
/// descriptors…}}
[[nodiscard]] nlohmann::ordered_json process_state();

}  // namespace pam_driver
