// Who has a record, for commands that go through all of them.
#pragma once

#include <functional>
#include <vector>

#include "login/workplace.h"

namespace twinlock {

/// The users whose records can be read, in no particular order. `complain` is told of each other one. An Error where
/// the records cannot be listed at all.
[[nodiscard]] Result<std::vector<Username>> users_with_records(Workplace& workplace,
                                                               const std::function<void(const Error&)>& complain);

}  // namespace twinlock
