// The PAM files and modules of this machine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/pam_stack/pam_stack.h"

namespace twinlock {

/// Reads /etc/pam.d, then the directories in which distributions keep their own (/usr/lib/pam.d).
[[nodiscard]] std::optional<PamFile> read_pam_file(const std::string& name);

/// Names of all services that have a file in /etc/pam.d.
[[nodiscard]] std::vector<std::string> pam_services();

/// Where libpam finds the module of that line; nullopt: nowhere.
[[nodiscard]] std::optional<std::string> find_pam_module(const PamHandler& handler);

/// Whether libpam finds the module of that line.
[[nodiscard]] bool is_installed(const PamHandler& handler);

/// The whole text of a file, at most 1 MiB; nullopt where it cannot be read.
[[nodiscard]] std::optional<std::string> read_text_file(const std::string& path);

}  // namespace twinlock
