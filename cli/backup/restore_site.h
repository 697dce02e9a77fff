// The machine that a backup is restored onto: what is there stays, what is missing comes from the backup.
#pragma once

#include <memory>
#include <string>

#include "cli/backup/backup.h"
#include "cli/premises.h"
#include "login/workplace.h"

namespace twinlock {

/// Whether a file comes from the backup or stays.
enum class Origin { kBackup, kHere, kHereAndDiffers };

[[nodiscard]] std::string_view name_of(Origin origin);  ///< "made", "kept", "kept, differs"

struct Site {
  Workplace workplace;  ///< As it is, or as it will be. Fit for reading only.
  Origin config = Origin::kHere;
  Origin keys = Origin::kHere;
  bool has_records = false;  ///< Whether the directory of records is there.
};

/// Looks only. kConfig where the live configuration has a flaw, kStore where a live key file cannot be used: neither
/// is replaced.
[[nodiscard]] Result<Site> survey_site(const std::string& config_path, const Backup& backup);

/// Makes what is missing, in an order that may be cut off anywhere: configuration, directories, keys. Then opens it.
[[nodiscard]] Result<Workplace> prepare_site(const std::string& config_path, const Backup& backup);

}  // namespace twinlock
