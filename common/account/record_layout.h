// The byte table of a record, format 1: where each field lies. Nothing else in the program knows an offset.
//
// Offsets of rows count from the row's own beginning. Each table is proved at compile time to have neither gap nor
// overlap, so a change of one size is a compile error and not a silent change of the format.
#pragma once

#include <cstddef>
#include <initializer_list>

#include "account/record_codec.h"

namespace twinlock::layout {

struct Field {
  std::size_t offset;
  std::size_t size;
  const char* name;  ///< For errors.
};

/// `count` rows of `stride` bytes each.
struct Table {
  std::size_t offset;
  std::size_t stride;
  std::size_t count;

  [[nodiscard]] constexpr Field row(std::size_t index) const { return {offset + index * stride, stride, "row"}; }
  [[nodiscard]] constexpr Field whole() const { return {offset, stride * count, "table"}; }
};

/// Whether the fields follow one another from 0 to exactly `size`.
constexpr bool fills(std::initializer_list<Field> fields, std::size_t size) {
  std::size_t next = 0;
  for (const Field& field : fields) {
    if (field.offset != next) return false;
    next += field.size;
  }
  return next == size;
}

namespace client {
inline constexpr std::size_t kBytes = 18;
inline constexpr Field kFamily{0, 1, "address family"};
inline constexpr Field kBits{1, 1, "address prefix"};
inline constexpr Field kAddress{2, 16, "address"};
static_assert(fills({kFamily, kBits, kAddress}, kBytes));
}  // namespace client

namespace code_hash {
inline constexpr std::size_t kBytes = 48;
inline constexpr Field kSalt{0, 16, "salt"};
inline constexpr Field kMac{16, 32, "code hash"};
static_assert(fills({kSalt, kMac}, kBytes));
}  // namespace code_hash

namespace budget {
inline constexpr std::size_t kBytes = 12;
inline constexpr Field kSpent{0, 4, "spent chances"};
inline constexpr Field kAt{4, 8, "time of the budget"};
static_assert(fills({kSpent, kAt}, kBytes));
}  // namespace budget

namespace token {
inline constexpr std::size_t kBytes = 160;
inline constexpr Field kId{0, 4, "token id"};
inline constexpr Field kState{4, 1, "token state"};
inline constexpr Field kType{5, 1, "token type"};
inline constexpr Field kAlgorithm{6, 1, "token algorithm"};
inline constexpr Field kDigits{7, 1, "number of digits"};
inline constexpr Field kPeriod{8, 2, "token period"};
inline constexpr Field kLocked{10, 1, "lock of a token"};
inline constexpr Field kNeedsResync{11, 1, "resync mark"};
inline constexpr Field kSecretLength{12, 1, "secret length"};
inline constexpr Field kDrift{13, 1, "drift"};
inline constexpr Field kNext{14, 8, "counter"};
inline constexpr Field kFailures{22, 4, "number of failures"};
inline constexpr Field kCreated{26, 8, "time of a token's creation"};
inline constexpr Field kLastUsed{34, 8, "time of a token's last use"};
inline constexpr Field kSecret{42, 64, "secret"};
inline constexpr Field kLabel{106, 48, "token label"};
inline constexpr Field kReserved{154, 6, "use of reserved bytes"};
static_assert(fills({kId, kState, kType, kAlgorithm, kDigits, kPeriod, kLocked, kNeedsResync, kSecretLength, kDrift,
                     kNext, kFailures, kCreated, kLastUsed, kSecret, kLabel, kReserved},
                    kBytes));
}  // namespace token

namespace recovery {
inline constexpr std::size_t kBytes = 57;
inline constexpr Field kState{0, 1, "recovery code state"};
inline constexpr Field kUsedAt{1, 8, "time of a recovery code's use"};
inline constexpr Field kHash{9, code_hash::kBytes, "recovery code hash"};
static_assert(fills({kState, kUsedAt, kHash}, kBytes));
}  // namespace recovery

namespace bypass {
inline constexpr std::size_t kBytes = 66;
inline constexpr Field kPresent{0, 1, "bypass mark"};
inline constexpr Field kMisses{1, 1, "number of misses"};
inline constexpr Field kIssued{2, 8, "time of a bypass code's issue"};
inline constexpr Field kUntil{10, 8, "end of a bypass code"};
inline constexpr Field kHash{18, code_hash::kBytes, "bypass code hash"};
static_assert(fills({kPresent, kMisses, kIssued, kUntil, kHash}, kBytes));
}  // namespace bypass

namespace invitation {
inline constexpr std::size_t kBytes = 225;
inline constexpr Field kPresent{0, 1, "invitation mark"};
inline constexpr Field kIssued{1, 8, "time of an invitation's issue"};
inline constexpr Field kUntil{9, 8, "end of an invitation"};
inline constexpr Field kHash{17, code_hash::kBytes, "invitation hash"};
inline constexpr Field kPending{65, token::kBytes, "pending token"};
static_assert(fills({kPresent, kIssued, kUntil, kHash, kPending}, kBytes));
}  // namespace invitation

namespace caller_word {
inline constexpr std::size_t kBytes = 49;
inline constexpr Field kPresent{0, 1, "caller word mark"};
inline constexpr Field kHash{1, code_hash::kBytes, "caller word hash"};
static_assert(fills({kPresent, kHash}, kBytes));
}  // namespace caller_word

namespace known {
inline constexpr std::size_t kBytes = 38;
inline constexpr Field kClient{0, client::kBytes, "known address"};
inline constexpr Field kLastLogin{18, 8, "time of a last login"};
inline constexpr Field kBudget{26, budget::kBytes, "budget"};
static_assert(fills({kClient, kLastLogin, kBudget}, kBytes));
}  // namespace known

namespace throttle {
inline constexpr std::size_t kBytes = 54;
inline constexpr Field kClient{0, client::kBytes, "throttled address"};
inline constexpr Field kFailures{18, 4, "number of failures"};
inline constexpr Field kNotBefore{22, 8, "end of a wait"};
inline constexpr Field kLastFailure{30, 8, "time of a last failure"};
inline constexpr Field kLastWrong{38, 16, "mark of a wrong code"};
static_assert(fills({kClient, kFailures, kNotBefore, kLastFailure, kLastWrong}, kBytes));
}  // namespace throttle

namespace lease {
inline constexpr std::size_t kBytes = 82;
inline constexpr Field kClient{0, client::kBytes, "lease address"};
inline constexpr Field kGranted{18, 8, "beginning of a lease"};
inline constexpr Field kUntil{26, 8, "end of a lease"};
inline constexpr Field kOrigin{34, 16, "origin of a lease"};
inline constexpr Field kOpens{50, 32, "list of services"};
static_assert(fills({kClient, kGranted, kUntil, kOrigin, kOpens}, kBytes));
}  // namespace lease

namespace proof {
inline constexpr std::size_t kBytes = 58;
inline constexpr Field kNonce{0, 16, "nonce"};
inline constexpr Field kClient{16, client::kBytes, "proof address"};
inline constexpr Field kService{34, 16, "proof service"};
inline constexpr Field kMade{50, 8, "time of a proof"};
static_assert(fills({kNonce, kClient, kService, kMade}, kBytes));
}  // namespace proof

namespace accepted {
inline constexpr std::size_t kBytes = 24;
inline constexpr Field kMark{0, 16, "mark of a code"};
inline constexpr Field kAt{16, 8, "time of an accepted code"};
static_assert(fills({kMark, kAt}, kBytes));
}  // namespace accepted

namespace event {
inline constexpr std::size_t kBytes = 44;
inline constexpr Field kKind{0, 1, "event kind"};
inline constexpr Field kVerdict{1, 1, "verdict"};
inline constexpr Field kAt{2, 8, "time of an event"};
inline constexpr Field kClient{10, client::kBytes, "event address"};
inline constexpr Field kService{28, 16, "event service"};
static_assert(fills({kKind, kVerdict, kAt, kClient, kService}, kBytes));
}  // namespace event

namespace record {
inline constexpr Field kDisabled{0, 1, "disabled mark"};
inline constexpr Field kUidBound{1, 1, "uid mark"};
inline constexpr Field kUid{2, 4, "uid"};
inline constexpr Field kCreated{6, 8, "time of creation"};
inline constexpr Field kLastUsed{14, 8, "time of last use"};
inline constexpr Field kNextTokenId{22, 4, "next token id"};
inline constexpr Field kUnknownBudget{26, budget::kBytes, "budget"};
inline constexpr Field kCodeKey{38, 32, "code key"};
inline constexpr Table kTokens{70, token::kBytes, 8};
inline constexpr Table kRecovery{1350, recovery::kBytes, 10};
inline constexpr Field kBypass{1920, bypass::kBytes, "bypass code"};
inline constexpr Field kInvitation{1986, invitation::kBytes, "invitation"};
inline constexpr Field kCallerWord{2211, caller_word::kBytes, "caller word"};
inline constexpr Table kKnown{2260, known::kBytes, 16};
inline constexpr Table kThrottle{2868, throttle::kBytes, 16};
inline constexpr Table kLeases{3732, lease::kBytes, 16};
inline constexpr Table kProofs{5044, proof::kBytes, 8};
inline constexpr Table kAccepted{5508, accepted::kBytes, 32};
inline constexpr Table kEvents{6276, event::kBytes, 16};
inline constexpr Field kMovedAway{6980, 1, "moved mark"};
inline constexpr Field kRecoverySets{6981, 4, "count of recovery sets"};
inline constexpr Field kSaves{6985, 8, "count of saves"};
inline constexpr Field kReserved{6993, 879, "use of reserved bytes"};
static_assert(fills({kDisabled,
                     kUidBound,
                     kUid,
                     kCreated,
                     kLastUsed,
                     kNextTokenId,
                     kUnknownBudget,
                     kCodeKey,
                     kTokens.whole(),
                     kRecovery.whole(),
                     kBypass,
                     kInvitation,
                     kCallerWord,
                     kKnown.whole(),
                     kThrottle.whole(),
                     kLeases.whole(),
                     kProofs.whole(),
                     kAccepted.whole(),
                     kEvents.whole(),
                     kMovedAway,
                     kRecoverySets,
                     kSaves,
                     kReserved},
                    kEncodedRecordBytes));
}  // namespace record

}  // namespace twinlock::layout
