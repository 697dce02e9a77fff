// The walk along the chain behind check_chain(), file by file and seal by seal.
#pragma once

#include "audit/chain_check.h"

namespace twinlock {

/// Collects what is found, the worst of it, and not too much.
class ChainFindings {
 public:
  void add(ChainFinding finding);
  /// Puts what was found into the report.
  void finish(ChainReport& report);

 private:
  std::vector<ChainFinding> kept_;
  Grade worst_ = Grade::kOk;
  std::size_t dropped_ = 0;
};

class ChainWalk {
 public:
  explicit ChainWalk(const ChainFacts& facts);

  /// The next file in the order of the chain.
  void take(const ScannedFile& file);
  [[nodiscard]] ChainReport finish();

 private:
  /// Lines of one file.
  struct Span {
    const ScannedFile* file;
    std::uint64_t first;
    std::uint64_t last;
  };

  void take_chained(const ScannedFile& file);
  void take_seal(const ScannedFile& file, const SealedStretch& sealed);
  bool is_before_the_start(const ScannedFile& file, const SealedStretch& sealed);
  bool follows(const ScannedFile& file, const SealedStretch& sealed);
  void check_content(const ScannedFile& file, const SealedStretch& sealed);
  void settle_doubt(const SealedStretch& next);
  void take_unchained(const ScannedFile& file);
  void take_unsealed(const ScannedFile& file);
  void check_torn(const ScannedFile& file, const Stretch& stretch, const std::string& boot);
  void count(const Stretch& stretch);
  void check_end();
  void check_head();
  void check_last_seal();
  void check_noted();
  void tell_the_rest();
  void check_beginning(const ScannedFile& file, const SealedStretch& sealed);
  void note(const Seal& seal);

  void fail(const Span& where, std::string what, std::string mend);
  void warn(const Span& where, std::string what, std::string mend);
  void add(Grade grade, const Span& where, std::string what, std::string mend);

  const ChainFacts& facts_;
  ChainFindings findings_;
  ChainReport report_;
  bool begun_ = false;                 ///< The beginning of the chain is known.
  std::uint64_t sequence_ = 0;         ///< Of the last seal that was in its place …
  Mac seal_{};                         ///< … and its MAC …
  std::string boot_;                   ///< … and the start of the machine in which it was made.
  std::uint64_t not_ours_ = 0;         ///< Seals with wrong MACs since then.
  const ScannedFile* last_ = nullptr;  ///< The file in which it stands.
  bool doubt_may_be_a_crash_ = false;
  std::optional<Span> doubt_;  ///< Its stretch, where that does not fit its digest: the next seal may explain it.
  std::string doubt_words_;
  bool repeated_ = false;  ///< The present file holds seals of another one; said once.
  bool head_seen_ = false;
  bool noted_seen_ = false;
  std::uint64_t leftover_ = 0;           ///< Lines that a purge should have removed …
  std::uint64_t leftover_sequence_ = 0;  ///< … and the last seal over them.
  std::string first_missed_;             ///< Times of the seals that count missed lines.
  std::string last_missed_;
  std::string oldest_unsealed_;
  std::vector<const ScannedFile*> unsealed_;
};

}  // namespace twinlock
