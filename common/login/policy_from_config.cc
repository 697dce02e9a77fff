#include "login/policy_from_config.h"

#include <cmath>

namespace twinlock {
namespace {

BudgetPolicy budget(std::uint32_t chances, double refill_per_day) {
  return {chances * 1000, static_cast<std::uint32_t>(std::lround(refill_per_day * 1000))};
}

}  // namespace

DecisionPolicy policy_from(const Config& config) {
  const ThrottleConfig& throttle = config.throttle;
  DecisionPolicy policy;
  policy.window = config.window;
  policy.throttle = {throttle.free_attempts,
                     throttle.first_delay,
                     throttle.max_delay,
                     budget(throttle.budget_unknown, throttle.refill_unknown),
                     budget(throttle.budget_known, throttle.refill_known),
                     throttle.disable_after};
  for (const auto& [name, service] : config.services) {
    if (const auto parsed = ServiceName::parse(name)) policy.leases.push_back({*parsed, service.lease, service.opens});
  }
  policy.uid_binding = config.store.bind_uid ? UidBinding::kEnforced : UidBinding::kRelaxed;
  return policy;
}

}  // namespace twinlock
