// The doctor's findings for people, for programs and for Nagios. Pure.
#pragma once

#include <string>

#include "cli/doctor/finding.h"
#include "cli/json.h"

namespace twinlock {

/// Failures first, each with its mend, then warnings, the ways in, and one sentence.
[[nodiscard]] std::string findings_text(const Findings& findings);

/// {"checks":[{"id","result","what","mend"}],"ways":[{"service","who","how","without_code","with_code"}]}
[[nodiscard]] Json findings_json(const Findings& findings);

/// One line as monitoring plugins write it, with performance data, ended by '\n'.
[[nodiscard]] std::string nagios_line(const Findings& findings);

inline constexpr int kNagiosUnknown = 3;

/// The same where the doctor itself could not work (kNagiosUnknown).
[[nodiscard]] std::string nagios_unknown(const std::string& why);

}  // namespace twinlock
