// The head of the audit log's chain (audit/chain_head.h) on the disk, and the lock that sweep, purge and verify share.
#pragma once

#include "audit/chain_check.h"
#include "config/config.h"
#include "store/record_lock.h"

namespace twinlock {

struct HeadReading {
  HeadState state = HeadState::kMissing;
  ChainHead head;  ///< Where it is good.
};

class AuditState {
 public:
  /// Makes [store] state_dir where it is missing, and locks. Waits at most 60 s for another command, then kStore.
  [[nodiscard]] static Result<AuditState> lock(const std::string& state_dir);

  [[nodiscard]] Result<HeadReading> read(const SecretBytes& key) const;
  /// In one step, and on the disk before this returns.
  [[nodiscard]] Result<void> write(const ChainHead& head, const SecretBytes& key) const;
  /// Whether there is room for a head; writes none.
  [[nodiscard]] Result<void> see_that_there_is_room() const;
  [[nodiscard]] const std::string& head_file() const { return head_file_; }

 private:
  AuditState(RecordLock lock, std::string head_file) : lock_(std::move(lock)), head_file_(std::move(head_file)) {}

  RecordLock lock_;
  std::string head_file_;
};

/// The kernel's id of the machine's present start; empty where /proc does not tell.
[[nodiscard]] std::string boot_id();

}  // namespace twinlock
