// The seals that stand in the audit log between its lines, and the keys behind them.
//
// A seal is one line of JSON, these keys in this order, without blanks (here broken for reading):
//
//   {"time":"2026-11-27T16:00:00Z","event":"seal",   as every line of the log begins, so that a seal is told from
//                                                    others by its first 46 bytes
//    "sequence":12,                                  1 for the first seal, then one more each time, across all files
//    "lines":60,                                     how many lines stand between the seal before, or the beginning
//                                                    of the file, and this one; one without an end counts
//    "missed":0,                                     how many more could not be written to the file: syslog has them
//    "boot":"8e9a…",                                 the kernel's id of the machine's start
//    "digest":"…64 hex digits…",                     SHA-256 of all bytes of that stretch, line ends included
//    "previous":"…64 hex digits…",                   the MAC of the seal before; zeros in the first one
//    "lost":"words",                                 only where the machine stopped before the stretch of the seal
//                                                    before was on the disk
//    "break":"words",                                only where the chain was found broken before this seal
//    "mac":"…64 hex digits…"}                        HMAC-SHA-256 of the line up to the comma before "mac"
//
// MUST 1: no line but a seal begins like one: the event is a word of ours and never comes from outside.
// MUST 2: the keys of seals, of the head and of pseudonyms are derived from the audit key for one purpose each.
// MUST 3: a seal counts only with the right MAC, sequence, previous MAC and digest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "crypto/hmac.h"
#include "crypto/keyring.h"
#include "crypto/sha256.h"

namespace twinlock {

/// Derived from the audit key with HKDF-Expand (RFC 5869 §2.3), 32 bytes each.
struct AuditKeys {
  SecretBytes seal;
  SecretBytes head;
  SecretBytes pseudonym;
};

[[nodiscard]] Result<AuditKeys> derive_audit_keys(const MasterKey& audit);

struct Seal {
  UnixTime time;
  std::uint64_t sequence = 0;
  std::uint64_t lines = 0;
  std::uint64_t missed = 0;
  std::string boot;
  Digest digest{};
  Mac previous{};
  std::string lost;    ///< Empty: nothing was.
  std::string broken;  ///< Empty: the chain was whole.
  Mac mac{};
};

/// The line without its end, and the MAC that it got. `seal.mac` is not looked at.
struct SealLine {
  std::string text;
  Mac mac;
};
[[nodiscard]] Result<SealLine> seal_line(const Seal& seal, const SecretBytes& key);

/// Whether the line (without its end) begins like a seal.
[[nodiscard]] bool begins_like_a_seal(std::string_view line);

/// nullopt: it is no whole seal, such as one that was torn off. Whether it is ours is_authentic() says.
[[nodiscard]] std::optional<Seal> parse_seal(std::string_view line);

/// Whether the seal that was parsed from this line has the right MAC. kCrypto if OpenSSL refuses.
[[nodiscard]] Result<bool> is_authentic(std::string_view line, const Seal& seal, const SecretBytes& key);

/// Text with a MAC at its end, as seals and the head have it: `object` is JSON that ends in '}'.
[[nodiscard]] Result<SealLine> with_mac(std::string object, const SecretBytes& key);
/// The text before its MAC; nullopt: there is none at its end.
struct MacParts {
  std::string_view before;
  Mac mac;
};
[[nodiscard]] std::optional<MacParts> split_mac(std::string_view line);

}  // namespace twinlock
