#include <algorithm>

#include "audit/chain_walk.h"

namespace twinlock {

void ChainFindings::add(ChainFinding finding) {
  worst_ = std::max(worst_, finding.grade);
  if (kept_.size() < kMostFindings) {
    kept_.push_back(std::move(finding));
  } else {
    ++dropped_;
  }
}

void ChainFindings::finish(ChainReport& report) {
  report.result = worst_;
  report.findings = std::move(kept_);
  if (dropped_ == 0) return;
  report.findings.push_back({worst_, "", 0, 0, "and " + std::to_string(dropped_) + " more", "mend these first"});
}

}  // namespace twinlock
