// Takes the beginning of the audit log away, and keeps what stays verifiable.
//
// MUST 1: the head names the new beginning of the chain before anything is removed.
// MUST 2: logins wait for no more than the copy of what they wrote while the bulk was copied.
// MUST 3: that something is removed, and by whom, stands in the log before it is.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/audit/sealing.h"

namespace twinlock {

struct PurgeOrder {
  enum class By {
    kAdministrator,  ///< Also takes away the mark of a break.
    kAge,            ///< [audit] retention: the mark of a break stays in the head.
  };
  UnixTime before;  ///< Stretches that were sealed earlier go.
  By by;
  std::string actor;
};

struct Purged {
  std::uint64_t lines = 0;
  std::vector<std::string> files;  ///< Removed as a whole.
  std::uint64_t sequence = 0;      ///< The chain begins behind this seal now; 0: at its beginning.
  UnixTime until;                  ///< When that was made, if anything went now.
  std::string broken;              ///< The break whose mark went with it; empty: none.
};

/// Told of the new beginning before anything is removed, where anything will be.
using AnnouncePurge = std::function<void(const Purged&)>;

/// Removes every stretch at the chain's beginning that was sealed before `order.before`. Whole rotated files are
/// removed, other files rewritten without them. Lines that are not sealed stay. `head` must be good and is kept up.
[[nodiscard]] Result<Purged> purge_log(const AuditState& state, const SealingPlace& place, ChainHead head,
                                       const PurgeOrder& order, const AnnouncePurge& announce);

}  // namespace twinlock
