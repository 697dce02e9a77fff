// From the configuration's words to the decision's numbers.
#pragma once

#include "account/decision_policy.h"
#include "config/config.h"

namespace twinlock {

[[nodiscard]] DecisionPolicy policy_from(const Config& config);

}  // namespace twinlock
