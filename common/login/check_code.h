// Check and consume a code in one locked step: lock, load, decide, save. Logins and `twinlock check` both end here.
#pragma once

#include <functional>

#include "account/decide.h"
#include "store/store.h"

namespace twinlock {

/// What an accepted code earns, written in the same save that uses it up.
using Reward = std::function<void(Record&)>;

struct CodeAttempt {
  const Username& user;
  const TypedCode& code;
  const LoginContext& context;
  Reward on_accepted;
};

/// Decides the attempt, and returns only when what was used up is on disk. No record: kNotEnrolled, after the same
/// work. An Error wherever reading, deciding or saving fails: nobody may be let in then.
[[nodiscard]] Result<Decision> check_code(Store& store, const CodeAttempt& attempt, const DecisionPolicy& policy);

}  // namespace twinlock
