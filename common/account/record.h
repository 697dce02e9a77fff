// The record: everything twinlock knows of one user. Plain data of fixed size; record_codec.h says how it lies on disk.
//
// A slot in a table is free where its `used()` is false. Times of 0 mean "never".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "account/verdict.h"
#include "base/address.h"
#include "base/secret_box.h"
#include "base/service_name.h"
#include "base/time.h"
#include "otp/hotp.h"

namespace twinlock {

/// UTF-8 text of at most N bytes, zero-padded.
template <std::size_t N>
struct FixedText {
  std::array<char, N> bytes{};
  [[nodiscard]] std::string_view view() const noexcept {
    return {bytes.data(), std::string_view(bytes.data(), N).find('\0') == std::string_view::npos
                              ? N
                              : std::string_view(bytes.data(), N).find('\0')};
  }
  bool operator==(const FixedText&) const = default;
};

/// HMAC-SHA-256 of a paper, telephone or letter code under the record's code key and its own salt.
struct CodeHash {
  std::array<std::uint8_t, 16> salt{};
  std::array<std::uint8_t, 32> mac{};
  bool operator==(const CodeHash&) const = default;
};

/// Keyed hash of a token code, to recognise one that was seen before. 128 bits of HMAC-SHA-256.
using CodeMark = std::array<std::uint8_t, 16>;

struct Token {
  enum class State : std::uint8_t { kFree = 0, kPending = 1, kActive = 2, kDisabled = 3 };
  enum class Type : std::uint8_t { kTotp = 1, kHotp = 2 };

  std::uint32_t id = 0;  ///< From 1, never reused within a record.
  State state = State::kFree;
  Type type = Type::kTotp;
  HashAlgorithm algorithm = HashAlgorithm::kSha1;
  Digits digits = Digits::kSix;
  std::uint16_t period = 30;       ///< Seconds, 15 … 300; unused by HOTP.
  bool locked = false;             ///< Disabled by too many failures, not by an administrator.
  bool needs_resync = false;       ///< HOTP whose counter is not to be trusted; accepts nothing until resynced.
  std::uint8_t secret_length = 0;  ///< Bytes, 16 … 64.
  std::array<std::uint8_t, 64> secret{};
  std::int8_t drift = 0;       ///< Learnt clock offset of the device, in steps, −10 … 10.
  std::uint64_t next = 0;      ///< Smallest step or counter that is not used up (RFC 6238 §5.2, RFC 4226 §7.2).
  std::uint32_t failures = 0;  ///< Guesses tried against it since the user's last success.
  UnixTime created;
  UnixTime last_used;
  FixedText<48> label;

  [[nodiscard]] bool used() const noexcept { return state != State::kFree; }
  [[nodiscard]] std::span<const std::uint8_t> key() const noexcept { return std::span(secret).first(secret_length); }
  bool operator==(const Token&) const = default;
};

struct RecoveryCode {
  enum class State : std::uint8_t { kFree = 0, kUnused = 1, kUsed = 2, kVoid = 3 };
  State state = State::kFree;
  CodeHash hash;
  UnixTime used_at;
  bool operator==(const RecoveryCode&) const = default;
};

/// The helpdesk's telephone code.
struct Bypass {
  bool present = false;
  std::uint8_t misses = 0;
  CodeHash hash;
  UnixTime issued;
  UnixTime until;
  bool operator==(const Bypass&) const = default;
};

/// The code in a letter, and the token that it is about to confirm (free until the user has begun).
struct Invitation {
  bool present = false;
  CodeHash hash;
  UnixTime issued;
  UnixTime until;
  Token pending;
  bool operator==(const Invitation&) const = default;
};

/// The word that a caller tells the helpdesk; it stands on the letter.
struct CallerWord {
  bool present = false;
  CodeHash hash;
  bool operator==(const CallerWord&) const = default;
};

/// A bucket of chances that fills up again with time.
struct Budget {
  std::uint32_t spent_milli = 0;  ///< Thousandths of a chance spent at `at`.
  UnixTime at;
  bool operator==(const Budget&) const = default;
};

struct KnownAddress {
  ClientKey client;
  UnixTime last_login;  ///< 0: free.
  Budget budget;
  [[nodiscard]] bool used() const noexcept { return last_login.seconds != 0; }
  bool operator==(const KnownAddress&) const = default;
};

struct ThrottleRow {
  ClientKey client;
  std::uint32_t failures = 0;  ///< 0: free.
  UnixTime not_before;
  UnixTime last_failure;
  CodeMark last_wrong{};
  [[nodiscard]] bool used() const noexcept { return failures != 0; }
  bool operator==(const ThrottleRow&) const = default;
};

struct Lease {
  ClientKey client;
  UnixTime granted;
  UnixTime until;       ///< 0: free.
  ServiceName origin;   ///< The service whose login earned it; empty: granted by an administrator.
  FixedText<32> opens;  ///< Names of the services it opens, joined by ','.
  [[nodiscard]] bool used() const noexcept { return until.seconds != 0; }
  bool operator==(const Lease&) const = default;
};

using ProofNonce = std::array<std::uint8_t, 16>;

/// One login's note that a code was accepted.
struct Proof {
  ProofNonce nonce{};
  ClientKey client;
  ServiceName service;
  UnixTime made;  ///< 0: free.
  [[nodiscard]] bool used() const noexcept { return made.seconds != 0; }
  bool operator==(const Proof&) const = default;
};

struct AcceptedCode {
  CodeMark mark{};
  UnixTime at;  ///< 0: free.
  [[nodiscard]] bool used() const noexcept { return at.seconds != 0; }
  bool operator==(const AcceptedCode&) const = default;
};

/// What the user and the helpdesk are told later.
struct Event {
  enum class Kind : std::uint8_t {
    kFree = 0,
    kRefused = 1,
    kRecoveryUsed = 2,
    kBypassUsed = 3,
    kCopyLost = 4,  ///< One of the record's two copies was damaged.
    kRestored = 5,  ///< The record came from a backup or an old disk.
  };
  Kind kind = Kind::kFree;
  Verdict verdict = Verdict::kWrongCode;
  UnixTime at;
  ClientKey client;
  ServiceName service;
  [[nodiscard]] bool used() const noexcept { return kind != Kind::kFree; }
  bool operator==(const Event&) const = default;
};

struct Record {
  bool disabled = false;  ///< By an administrator; beats every exemption.
  /// How often the record has been saved, its copies in backups and under former names included. The store counts.
  std::uint64_t saves = 0;
  bool moved_away = false;  ///< A rename was cut off: the record lives on under another name. Lets nobody in.
  bool uid_bound = false;
  std::uint32_t uid = 0;
  UnixTime created;
  UnixTime last_used;
  std::uint32_t next_token_id = 1;
  Budget unknown_budget;                    ///< For all addresses without a recent login together.
  std::array<std::uint8_t, 32> code_key{};  ///< Random; keys every CodeHash and CodeMark of this record.
  std::array<Token, 8> tokens;
  std::array<RecoveryCode, 10> recovery;
  std::uint32_t recovery_sets = 0;  ///< How many sets of recovery codes there have been, the present one included.
  Bypass bypass;
  Invitation invitation;
  CallerWord caller_word;
  std::array<KnownAddress, 16> known;
  std::array<ThrottleRow, 16> throttle;
  std::array<Lease, 16> leases;
  std::array<Proof, 8> proofs;
  std::array<AcceptedCode, 32> accepted;
  std::array<Event, 16> events;

  /// Whether nobody gets in, whatever rules, leases and codes say.
  [[nodiscard]] bool is_shut() const noexcept { return disabled || moved_away; }
  bool operator==(const Record&) const = default;
};

/// A record in wiped memory. Copying copies the record.
using SecretRecord = SecretBox<Record>;

}  // namespace twinlock
