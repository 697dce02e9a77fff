// What a rule asks of a login. Here, below policy/, because the verdict depends on it.
#pragma once

namespace twinlock {

enum class Action {
  kRequire,
  kExempt,
  kDeny,
  kObserve,  ///< Who has a confirmed token is asked and held to it, others pass and are logged.
};

}  // namespace twinlock
