// A record in which every field has a value of its own.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "account/record.h"

namespace twinlock::test {

/// Gives out values that never repeat within 250 draws.
class Distinct {
 public:
  std::uint8_t byte() { return static_cast<std::uint8_t>(1 + next_++ % 250); }
  UnixTime time() { return {1'700'000'000 + next_++}; }
  std::uint32_t number() { return 70'000 + static_cast<std::uint32_t>(next_++); }
  template <std::size_t N>
  std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> result{};
    std::ranges::generate(result, [this] { return byte(); });
    return result;
  }
  CodeHash hash() { return {bytes<16>(), bytes<32>()}; }
  Budget budget() { return {number(), time()}; }
  ClientKey client() {
    const auto address = Address::from_ipv4({192, 0, 2, byte()});
    const auto address6 = Address::from_ipv6({0x20, 0x01, 0x0d, 0xb8, 0, byte(), 0, byte(), 1, 2, 3, 4, 5, 6, 7, 8});
    return Network::around(next_ % 2 == 0 ? address : address6, {});
  }
  ServiceName service() { return *ServiceName::parse("service-" + std::to_string(next_++ % 1000)); }
  template <std::size_t N>
  FixedText<N> text(std::string_view begin) {
    FixedText<N> result;
    const std::string words = std::string(begin) + std::to_string(next_++);
    std::ranges::copy(words, result.bytes.begin());
    return result;
  }

 private:
  int next_ = 0;
};

inline Token full_token(Distinct& distinct, std::uint32_t id) {
  Token token;
  token.id = id;
  token.state = id % 2 == 0 ? Token::State::kActive : Token::State::kDisabled;
  token.type = id % 2 == 0 ? Token::Type::kTotp : Token::Type::kHotp;
  token.algorithm = HashAlgorithm{static_cast<std::uint8_t>(1 + id % 3)};
  token.digits = Digits{static_cast<std::uint8_t>(6 + id % 3)};
  token.period = static_cast<std::uint16_t>(60 + id);
  token.locked = id % 2 == 1;
  token.needs_resync = id % 2 == 0;
  token.secret_length = static_cast<std::uint8_t>(64 - id);
  const auto secret = distinct.bytes<64>();
  std::copy_n(secret.begin(), token.secret_length, token.secret.begin());
  token.drift = static_cast<std::int8_t>(id - 9);
  token.next = 0x0102'0304'0506'0700U + id;
  token.failures = distinct.number();
  token.created = distinct.time();
  token.last_used = distinct.time();
  token.label = distinct.text<48>("phone ");
  return token;
}

inline void fill_credentials(Record& record, Distinct& distinct) {
  for (std::uint32_t i = 0; i < record.tokens.size(); ++i) record.tokens[i] = full_token(distinct, i + 1);
  for (std::size_t i = 0; i < record.recovery.size(); ++i) {
    const RecoveryCode::State state{static_cast<std::uint8_t>(1 + i % 3)};
    record.recovery[i] = {state, distinct.hash(), distinct.time()};
  }
  record.bypass = {true, 4, distinct.hash(), distinct.time(), distinct.time()};
  record.invitation = {true, distinct.hash(), distinct.time(), distinct.time(), full_token(distinct, 11)};
  record.invitation.pending.state = Token::State::kPending;
  record.caller_word = {true, distinct.hash()};
}

inline void fill_history(Record& record, Distinct& distinct) {
  for (auto& row : record.known) row = {distinct.client(), distinct.time(), distinct.budget()};
  for (auto& row : record.throttle) {
    row = {distinct.client(), distinct.number(), distinct.time(), distinct.time(), distinct.bytes<16>()};
  }
  for (auto& row : record.leases) {
    row = {distinct.client(), distinct.time(), distinct.time(), distinct.service(), distinct.text<32>("sshd,samba-")};
  }
  for (auto& row : record.proofs) row = {distinct.bytes<16>(), distinct.client(), distinct.service(), distinct.time()};
  for (auto& row : record.accepted) row = {distinct.bytes<16>(), distinct.time()};
  std::uint8_t i = 0;
  for (auto& row : record.events) {
    const Event::Kind kind{static_cast<std::uint8_t>(1 + i % 4)};
    row = {kind, Verdict{static_cast<std::uint8_t>(i++ % kVerdictCount)}, distinct.time(), distinct.client(),
           distinct.service()};
  }
}

/// Every field has a value that differs from its default, and neighbours differ from each other.
inline Record full_record() {
  Record record;
  Distinct distinct;
  record.disabled = true;
  record.moved_away = true;
  record.recovery_sets = 0x51525354;
  record.saves = 0x6162636465666768;
  record.uid_bound = true;
  record.uid = 0xA1B2C3D4;
  record.created = {0x0102030405060708};
  record.last_used = {0x1112131415161718};
  record.next_token_id = 0x21222324;
  record.unknown_budget = {0x31323334, {0x4142434445464748}};
  record.code_key = distinct.bytes<32>();
  fill_credentials(record, distinct);
  fill_history(record, distinct);
  return record;
}

}  // namespace twinlock::test
