// Names and texts from elsewhere, made fit for a terminal or one line of a log.
#pragma once

#include <string>
#include <string_view>

namespace twinlock {

/// The text with '?' for each control character (C0, DEL, C1) and each byte that is not UTF-8:
/// names and labels come from elsewhere and must not move the cursor of the administrator's terminal.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace twinlock
