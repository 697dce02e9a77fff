// The numbers by which logins are decided, as values. login/policy_from_config.h makes them from the configuration.
#pragma once

#include <cstdint>
#include <vector>

#include "base/service_name.h"
#include "base/time.h"

namespace twinlock {

/// A budget's size and refill in thousandths of a chance (account/throttle.h).
struct BudgetPolicy {
  std::uint32_t size_milli = 0;
  std::uint32_t refill_milli_per_day = 0;
};

struct ThrottlePolicy {
  std::uint32_t free_attempts = 5;
  Seconds first_delay{30};
  Seconds max_delay{3600};
  BudgetPolicy unknown{60'000, 1'500};
  BudgetPolicy known{120'000, 3'000};
  std::uint32_t disable_after = 100;
};

/// How long a code given at `service` opens which services. 0 s: not at all.
struct LeaseTerms {
  ServiceName service;
  Seconds length{0};
  std::vector<ServiceName> opens;
};

enum class UidBinding { kEnforced, kRelaxed };

struct DecisionPolicy {
  std::uint8_t window = 1;  ///< Time steps before and after now, 0 … 10.
  ThrottlePolicy throttle;
  std::vector<LeaseTerms> leases;
  UidBinding uid_binding = UidBinding::kEnforced;
};

}  // namespace twinlock
