// Whether an enrolment has other records than a given one.
#pragma once

#include <optional>
#include <string>

#include "account/record.h"
#include "base/username.h"
#include "store/store.h"

namespace twinlock {

struct Relatives {
  std::optional<Username> living;         ///< Whose record accepts the same codes, or would if it were not disabled.
  std::optional<Username> moving;         ///< One that a rename was cut off from, too.
  std::optional<std::string> unreadable;  ///< A record that may be such a one.
};

/// Of the record that is `user`'s. For whoever holds the names (cli/state_lock.h). An Error where records cannot be
/// listed.
[[nodiscard]] Result<Relatives> relatives_of(Store& store, const Username& user, const Record& record);

}  // namespace twinlock
