// What smb.conf includes, as far as testparm does not see through it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace twinlock {

/// The values of `include` that hold % macros, in smb.conf and all that it includes: which file they mean depends on
/// the client, and testparm cannot say it. Each once. kConfig where one of these files, as far as they exist now, says
/// `config file`: smbd would go by that file in place of smb.conf, and ours would be read by nobody.
[[nodiscard]] Result<std::vector<std::string>> includes_by_client();

/// kConfig where `value`, of a `config file` line, names another file than smb.conf.
[[nodiscard]] Result<void> see_that_smb_conf_counts(const std::string& value, const std::string& where);

}  // namespace twinlock
