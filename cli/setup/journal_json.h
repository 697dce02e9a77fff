// The text of a journal entry. Readable, so that on a console what was there before can be put back by hand.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/setup/journal.h"

namespace twinlock {

[[nodiscard]] std::string journal_text(const JournalEntry& entry);

/// nullopt for a text that journal_text() does not make.
[[nodiscard]] std::optional<JournalEntry> journal_entry_in(std::string_view text);

}  // namespace twinlock
