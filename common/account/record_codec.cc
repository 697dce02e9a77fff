#include "account/record_codec.h"

#include <string>

#include "account/record_io.h"
#include "account/record_layout.h"

namespace twinlock {
namespace {

constexpr std::uint64_t kMaxFactor = std::uint64_t{1} << 62U;  // as far as otp/hotp.h counts

/// What each row consists of. `Io` is RecordWriter or RecordReader; accordingly the row is const or not.
struct Fields {
  template <typename Io, typename Row>
  static void code_hash(Io& io, Row& hash) {
    io.bytes(layout::code_hash::kSalt, hash.salt);
    io.bytes(layout::code_hash::kMac, hash.mac);
  }

  template <typename Io, typename Row>
  static void budget(Io& io, Row& budget) {
    io.number(layout::budget::kSpent, budget.spent_milli);
    io.time(layout::budget::kAt, budget.at);
  }

  template <typename Io, typename Row>
  static void token(Io& io, Row& token) {
    namespace at = layout::token;
    io.number(at::kId, token.id);
    io.choice(at::kState, token.state, Token::State::kPending, Token::State::kDisabled);
    io.choice(at::kType, token.type, Token::Type::kTotp, Token::Type::kHotp);
    io.choice(at::kAlgorithm, token.algorithm, HashAlgorithm::kSha1, HashAlgorithm::kSha512);
    io.choice(at::kDigits, token.digits, Digits::kSix, Digits::kEight);
    io.number(at::kPeriod, token.period, {15, 300});
    io.flag(at::kLocked, token.locked);
    io.flag(at::kNeedsResync, token.needs_resync);
    io.number(at::kSecretLength, token.secret_length, {16, 64});
    io.number(at::kDrift, token.drift, {-10, 10});
    io.number(at::kNext, token.next, {0, kMaxFactor});
    io.number(at::kFailures, token.failures);
    io.time(at::kCreated, token.created);
    io.time(at::kLastUsed, token.last_used);
    io.prefix(at::kSecret, token.secret, token.secret_length);
    io.text(at::kLabel, token.label);
    io.reserved(at::kReserved);
  }

  template <typename Io, typename Row>
  static void recovery_code(Io& io, Row& code) {
    namespace at = layout::recovery;
    io.choice(at::kState, code.state, RecoveryCode::State::kUnused, RecoveryCode::State::kVoid);
    io.time(at::kUsedAt, code.used_at);
    io.part(at::kHash, code.hash, [](auto& inner, auto& hash) { code_hash(inner, hash); });
  }

  template <typename Io, typename Row>
  static void bypass(Io& io, Row& bypass) {
    namespace at = layout::bypass;
    io.flag(at::kPresent, bypass.present);
    io.number(at::kMisses, bypass.misses);
    io.time(at::kIssued, bypass.issued);
    io.time(at::kUntil, bypass.until);
    io.part(at::kHash, bypass.hash, [](auto& inner, auto& hash) { code_hash(inner, hash); });
  }

  template <typename Io, typename Row>
  static void invitation(Io& io, Row& invitation) {
    namespace at = layout::invitation;
    io.flag(at::kPresent, invitation.present);
    io.time(at::kIssued, invitation.issued);
    io.time(at::kUntil, invitation.until);
    io.part(at::kHash, invitation.hash, [](auto& inner, auto& hash) { code_hash(inner, hash); });
    io.row(at::kPending, invitation.pending, [](auto& inner, auto& pending) { token(inner, pending); });
  }

  template <typename Io, typename Row>
  static void caller_word(Io& io, Row& word) {
    namespace at = layout::caller_word;
    io.flag(at::kPresent, word.present);
    io.part(at::kHash, word.hash, [](auto& inner, auto& hash) { code_hash(inner, hash); });
  }

  template <typename Io, typename Row>
  static void known_address(Io& io, Row& known) {
    namespace at = layout::known;
    io.client(at::kClient, known.client);
    io.time(at::kLastLogin, known.last_login);
    io.part(at::kBudget, known.budget, [](auto& inner, auto& spent) { budget(inner, spent); });
  }

  template <typename Io, typename Row>
  static void throttle_row(Io& io, Row& row) {
    namespace at = layout::throttle;
    io.client(at::kClient, row.client);
    io.number(at::kFailures, row.failures);
    io.time(at::kNotBefore, row.not_before);
    io.time(at::kLastFailure, row.last_failure);
    io.bytes(at::kLastWrong, row.last_wrong);
  }

  template <typename Io, typename Row>
  static void lease(Io& io, Row& lease) {
    namespace at = layout::lease;
    io.client(at::kClient, lease.client);
    io.time(at::kGranted, lease.granted);
    io.time(at::kUntil, lease.until);
    io.service(at::kOrigin, lease.origin);
    io.services(at::kOpens, lease.opens);
  }

  template <typename Io, typename Row>
  static void proof(Io& io, Row& proof) {
    namespace at = layout::proof;
    io.bytes(at::kNonce, proof.nonce);
    io.client(at::kClient, proof.client);
    io.service(at::kService, proof.service);
    io.time(at::kMade, proof.made);
  }

  template <typename Io, typename Row>
  static void accepted_code(Io& io, Row& code) {
    io.bytes(layout::accepted::kMark, code.mark);
    io.time(layout::accepted::kAt, code.at);
  }

  template <typename Io, typename Row>
  static void event(Io& io, Row& event) {
    namespace at = layout::event;
    io.choice(at::kKind, event.kind, Event::Kind::kRefused, Event::Kind::kRestored);
    io.choice(at::kVerdict, event.verdict, Verdict{0}, Verdict{kVerdictCount - 1});
    io.time(at::kAt, event.at);
    io.client(at::kClient, event.client);
    io.service(at::kService, event.service);
  }
};

template <typename Io, typename Rows, typename Describe>
void describe_table(Io& io, const layout::Table& table, Rows& rows, Describe describe) {
  for (std::size_t i = 0; i < rows.size(); ++i) io.row(table.row(i), rows[i], describe);
}

template <typename Io, typename AnyRecord>
void describe_head(Io& io, AnyRecord& record) {
  namespace at = layout::record;
  io.flag(at::kDisabled, record.disabled);
  io.flag(at::kUidBound, record.uid_bound);
  io.number(at::kUid, record.uid);
  io.time(at::kCreated, record.created);
  io.time(at::kLastUsed, record.last_used);
  io.number(at::kNextTokenId, record.next_token_id, {1, std::numeric_limits<std::uint32_t>::max()});
  io.part(at::kUnknownBudget, record.unknown_budget, [](auto& io_, auto& row) { Fields::budget(io_, row); });
  io.bytes(at::kCodeKey, record.code_key);
  io.flag(at::kMovedAway, record.moved_away);
  io.number(at::kRecoverySets, record.recovery_sets);
  io.number(at::kSaves, record.saves);
  io.reserved(at::kReserved);
}

template <typename Io, typename AnyRecord>
void describe_credentials(Io& io, AnyRecord& record) {
  namespace at = layout::record;
  static_assert(at::kTokens.count == std::tuple_size_v<decltype(Record::tokens)>);
  static_assert(at::kRecovery.count == std::tuple_size_v<decltype(Record::recovery)>);
  describe_table(io, at::kTokens, record.tokens, [](auto& io_, auto& row) { Fields::token(io_, row); });
  describe_table(io, at::kRecovery, record.recovery, [](auto& io_, auto& row) { Fields::recovery_code(io_, row); });
  io.row(at::kBypass, record.bypass, [](auto& io_, auto& row) { Fields::bypass(io_, row); });
  io.row(at::kInvitation, record.invitation, [](auto& io_, auto& row) { Fields::invitation(io_, row); });
  io.row(at::kCallerWord, record.caller_word, [](auto& io_, auto& row) { Fields::caller_word(io_, row); });
}

template <typename Io, typename AnyRecord>
void describe_history(Io& io, AnyRecord& record) {
  namespace at = layout::record;
  static_assert(at::kKnown.count == std::tuple_size_v<decltype(Record::known)>);
  static_assert(at::kThrottle.count == std::tuple_size_v<decltype(Record::throttle)>);
  static_assert(at::kLeases.count == std::tuple_size_v<decltype(Record::leases)>);
  static_assert(at::kProofs.count == std::tuple_size_v<decltype(Record::proofs)>);
  static_assert(at::kAccepted.count == std::tuple_size_v<decltype(Record::accepted)>);
  static_assert(at::kEvents.count == std::tuple_size_v<decltype(Record::events)>);
  describe_table(io, at::kKnown, record.known, [](auto& io_, auto& row) { Fields::known_address(io_, row); });
  describe_table(io, at::kThrottle, record.throttle, [](auto& io_, auto& row) { Fields::throttle_row(io_, row); });
  describe_table(io, at::kLeases, record.leases, [](auto& io_, auto& row) { Fields::lease(io_, row); });
  describe_table(io, at::kProofs, record.proofs, [](auto& io_, auto& row) { Fields::proof(io_, row); });
  describe_table(io, at::kAccepted, record.accepted, [](auto& io_, auto& row) { Fields::accepted_code(io_, row); });
  describe_table(io, at::kEvents, record.events, [](auto& io_, auto& row) { Fields::event(io_, row); });
}

template <typename Io, typename AnyRecord>
void describe_record(Io& io, AnyRecord& record) {
  describe_head(io, record);
  describe_credentials(io, record);
  describe_history(io, record);
}

}  // namespace

void encode_record(const Record& record, std::span<std::uint8_t, kEncodedRecordBytes> out) {
  std::ranges::fill(out, std::uint8_t{0});
  RecordWriter writer(out);
  describe_record(writer, record);
}

Result<SecretRecord> decode_record(std::span<const std::uint8_t, kEncodedRecordBytes> in) {
  SecretRecord record;
  const char* flaw = nullptr;
  RecordReader reader(in, flaw);
  describe_record(reader, *record);
  for (const Token& token : record->tokens) {
    if (token.used() && token.id == 0 && flaw == nullptr) flaw = layout::token::kId.name;  // a pending one has none yet
  }
  if (flaw == nullptr) return record;
  return Error{Error::Code::kStore, "record", "holds an impossible " + std::string(flaw),
               "restore it from a backup, or remove it and enrol the user again"};
}

}  // namespace twinlock
