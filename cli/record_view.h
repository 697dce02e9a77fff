// Parts of a record that are no secret, for people and for programs.
#pragma once

#include <string>

#include "account/record.h"
#include "cli/json.h"

namespace twinlock {

[[nodiscard]] Json tokens_json(const Record& record);
[[nodiscard]] std::string tokens_text(const Record& record);

/// The names of the services that a lease opens.
[[nodiscard]] Json services_json(const Lease& lease);

}  // namespace twinlock
