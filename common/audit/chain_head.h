// How far the audit log is sealed, kept apart from the log: `audit.head` in [store] state_dir. No I/O here.
//
// One line of JSON with a MAC at its end as a seal has it (audit_seal.h), made with a key of its own.
//
// MUST 1: a seal is on the disk before the head that names it, so the log is never behind the head, and at most one
//         seal ahead of it.
// MUST 2: the head tells where the chain begins since the last purge, so nobody else can cut off its beginning.
#pragma once

#include <optional>
#include <string>

#include "audit/audit_seal.h"

namespace twinlock {

/// Where the chain begins: behind this seal.
struct ChainStart {
  std::uint64_t sequence = 0;  ///< 0: nothing has been purged.
  Mac seal{};
  UnixTime time;       ///< Of the purge.
  std::string actor;   ///< Who purged.
  std::string broken;  ///< A break that was purged by age alone, without an administrator; empty: none.
};

struct ChainHead {
  UnixTime time;               ///< When it was written.
  std::uint64_t sequence = 0;  ///< Of the last seal.
  Mac seal{};                  ///< Its MAC.
  std::uint64_t device = 0;    ///< The file in which that seal stands …
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;  ///< … and where it ends there. A hint: a file that was put back has another inode.
  std::string boot;          ///< In which start of the machine …
  std::uint64_t missed = 0;  ///< … so many lines have been counted as missed.
  std::string lost;          ///< What the next seal has to say of the stretch before it; empty: nothing.
  UnixTime purged;           ///< When the retention was last looked after.
  UnixTime leapt;            ///< When the clock was last seen to have leapt; 0: never.
  ChainStart start;
};

/// The file's content. kCrypto if OpenSSL refuses.
[[nodiscard]] Result<std::string> head_text(const ChainHead& head, const SecretBytes& key);

/// nullopt: damaged, or made with another key.
[[nodiscard]] Result<std::optional<ChainHead>> parse_head(std::string_view text, const SecretBytes& key);

}  // namespace twinlock
