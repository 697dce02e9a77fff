// Makes a record's file appear whole or not at all: it is written and flushed without a name, then linked to its name
// without replacing anything, then the directory is flushed. A crash in between leaves nothing behind.
#pragma once

#include "base/result.h"
#include "store/record_file.h"

namespace twinlock {

/// kExists where anything bears the name. After any Error there is no new record. Nobody can lock the record before
/// it is durable. Where the file system knows no unnamed files a hidden temporary name (".new-…") serves instead;
/// a crash may leave one of these behind, and nothing ever reads it.
[[nodiscard]] Result<void> create_record_file(const RecordPlace& place, const RecordImage& image);

}  // namespace twinlock
