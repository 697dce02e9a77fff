// Whether the audit log is as it was sealed. Pure: works on what was read from all its files.
//
// MUST 1: whatever was sealed and is changed, missing, added or in another place is a kFail.
// MUST 2: what a crash or a full disk can do to the log is a kWarn and never a kFail.
#pragma once

#include <string>
#include <vector>

#include "audit/chain_head.h"
#include "audit/stretch_reader.h"

namespace twinlock {

/// One file of the log, read to its end.
struct ScannedFile {
  enum class Kind {
    kCurrent,     ///< Logins append to it.
    kRotated,     ///< Under another name.
    kCompressed,  ///< And compressed: nothing can be sealed in it any more.
  };

  std::string name;
  Kind kind = Kind::kRotated;
  std::vector<SealedStretch> sealed;
  Stretch tail;        ///< Behind the last seal.
  std::string damage;  ///< Why it could not be read to its end; empty: it was.
};

/// The first seal with the right MAC; nullptr: none.
[[nodiscard]] const SealedStretch* first_authentic(const ScannedFile& file);

/// Files with authentic seals first, in the order of the chain, then those without: by the time of their first line,
/// the current one last.
void order_by_chain(std::vector<ScannedFile>& files);

struct NotedHead {
  std::uint64_t sequence = 0;
  Mac seal{};
};

enum class HeadState { kGood, kMissing, kDamaged };

struct ChainFacts {
  std::vector<ScannedFile> files;  ///< In the order of order_by_chain().
  HeadState head_state = HeadState::kMissing;
  ChainHead head;         ///< Where it is good.
  std::string log;        ///< Path of the current file, for findings about none in particular.
  std::string head_file;  ///< Path of the head.
  std::string boot;       ///< Id of the machine's present start.
  UnixTime now;
  std::optional<NotedHead> noted;  ///< What an administrator noted elsewhere.
};

enum class Grade { kOk, kWarn, kFail };
[[nodiscard]] std::string_view name_of(Grade grade);

struct ChainFinding {
  Grade grade;
  std::string file;
  std::uint64_t first_line;  ///< From 1; 0: no line in particular.
  std::uint64_t last_line;
  std::string what;
  std::string mend;
};

struct ChainReport {
  Grade result = Grade::kOk;  ///< The worst finding.
  std::uint64_t lines = 0;    ///< Seals not counted.
  std::uint64_t seals = 0;
  std::uint64_t unsealed = 0;  ///< Of the lines: behind the last seal.
  std::uint64_t missed = 0;
  std::string first;  ///< Time of the first line; empty: there is none.
  std::string last;
  std::vector<ChainFinding> findings;  ///< At most kMostFindings, then one that says how many more.
};

constexpr std::size_t kMostFindings = 100;

[[nodiscard]] ChainReport check_chain(const ChainFacts& facts);

}  // namespace twinlock
