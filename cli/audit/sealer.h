// The steps of seal_log() (sealing.h).
#pragma once

#include "cli/audit/log_files.h"
#include "cli/audit/sealing.h"
#include "cli/audit/untold_missed.h"

namespace twinlock {

class Sealer {
 public:
  Sealer(const AuditState& state, const SealingPlace& place);
  [[nodiscard]] Result<Sealed> run();
  /// After an Error of that: keeps the count of missed lines.
  void keep_missed() const;

 private:
  /// Where the last seal stands.
  struct End {
    const LogFile* file;
    LogPlace place;
  };

  Result<void> find_end();
  Result<void> begin_anew();
  Result<std::optional<End>> locate() const;
  Result<void> mark_break(std::string words, const std::vector<ScannedFile>& scanned);
  Result<void> seal_behind_end();
  Result<void> seal_the_others();
  Result<bool> goes_on_in(const LogFile& file) const;
  [[nodiscard]] bool is_older_than_the_chain(const LogFile& file) const;
  [[nodiscard]] bool is_finished(const LogFile& file) const;

  Result<void> seal_file(const LogFile& file, LogPlace from);
  Result<void> seal_locked(const LogFile& file, StretchReader& reader, std::uint64_t offset);
  Result<void> write_seal(const LogFile& file, const Stretch& stretch);
  [[nodiscard]] Result<void> see_that_a_head_can_be_kept() const;
  Result<void> keep_head(const LogFile& file, std::uint64_t offset);
  void adopt(const SealedStretch& sealed);
  Result<void> settle(const LogFile& file);
  [[nodiscard]] std::uint64_t missed_now() const;
  [[nodiscard]] std::uint64_t missed_of(std::uint64_t all) const;
  [[nodiscard]] std::uint64_t untold_of(std::uint64_t all) const;
  [[nodiscard]] bool has_news() const { return !broken_.empty() || !head_.lost.empty() || missed_now() != 0; }

  const AuditState& state_;
  const SealingPlace& place_;
  const std::string boot_ = boot_id();
  const UntoldMissed untold_;
  std::vector<LogFile> files_;
  ChainHead head_;
  std::optional<End> end_;
  UnixTime last_sealed_;  ///< Before this run; 0: nothing was.
  std::string broken_;    ///< For the next seal.
  int adopted_ = 0;       ///< Seals in the log that the head did not name.
  bool owed_ = false;     ///< The head on the disk does not name them yet.
  Sealed sealed_;
};

}  // namespace twinlock
