// Configuration files as lines: smb.conf, sshd_config and PAM stacks have these rules in common.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace twinlock {

using Lines = std::vector<std::string>;

/// Without their line ends.
[[nodiscard]] Lines lines_of(std::string_view text);
/// Each with its line end.
[[nodiscard]] std::string text_of(const Lines& lines);

/// Whether the next line of a PAM stack belongs to this one: it ends with a backslash.
[[nodiscard]] bool goes_on(const std::string& line);
/// Whether this line belongs to the one before.
[[nodiscard]] bool is_continued(const Lines& lines, std::size_t at);

/// Puts lines behind all others, where no line before them swallows them.
void append(Lines& lines, const Lines& more);
void insert(Lines& lines, std::size_t at, const Lines& more);

/// In lower case (ASCII).
[[nodiscard]] std::string lowered(std::string_view text);

}  // namespace twinlock
