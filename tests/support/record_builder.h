// Builds records for tests: alice's, with tokens whose codes stand in support/rfc_codes.h.
#pragma once

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "account/code_hash.h"
#include "account/enrolment.h"
#include "account/record.h"
#include "account/tables.h"
#include "crypto/hmac.h"
#include "support/rfc_codes.h"

namespace twinlock::test {

/// The value, or an exception that names what a test got wrong.
template <typename T>
T expect_value(Result<T> result) {
  if (!result) throw std::logic_error(result.error().text());
  return std::move(*result);
}

inline ServiceName service_of(std::string_view name) { return expect_value(ServiceName::parse(name)); }
/// "local", an IPv4 address or an IPv6 address (of which the /64 counts).
inline ClientKey client_of(std::string_view address) {
  return Network::around(expect_value(Address::parse(address)), AddressPrefixes{});
}

inline constexpr std::uint32_t kAliceUid = 1000;

class RecordBuilder {
 public:
  RecordBuilder() : RecordBuilder(std::optional(kAliceUid)) {}
  explicit RecordBuilder(std::optional<std::uint32_t> uid) : record_(new_record(code_key(), uid, created())) {}

  /// An active token with this secret, shown as this label.
  RecordBuilder& token(const TokenParameters& parameters, std::string_view seed, std::string_view label = "phone") {
    auto token = expect_value(new_token(parameters, bytes_of(seed), label, created()));
    token->state = Token::State::kActive;
    expect_value(add_token(*record_, *token));
    return *this;
  }
  RecordBuilder& totp() { return token({}, kSeed20); }
  RecordBuilder& hotp() { return token({.type = Token::Type::kHotp}, kSeed20, "key fob"); }
  /// `code` as it is typed canonically: twelve base32 characters.
  RecordBuilder& recovery_code(std::string_view code) {
    const auto row = std::ranges::find(record_->recovery, RecoveryCode::State::kFree, &RecoveryCode::state);
    *row = {RecoveryCode::State::kUnused, expect_value(make_code_hash(record_->code_key, code)), {}};
    return *this;
  }
  RecordBuilder& bypass(std::string_view code, UnixTime issued, UnixTime until) {
    record_->bypass = {true, 0, expect_value(make_code_hash(record_->code_key, code)), issued, until};
    return *this;
  }
  RecordBuilder& known(std::string_view address, UnixTime last_login) {
    remember_login(*record_, client_of(address), last_login);
    return *this;
  }
  [[nodiscard]] SecretRecord build() const { return record_; }

 private:
  static std::array<std::uint8_t, 32> code_key() {
    std::array<std::uint8_t, 32> key{};
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i + 1);
    return key;
  }
  static UnixTime created() { return {1100000000}; }

  SecretRecord record_;
};

/// alice, with one phone: SHA-1, 6 digits, 30 s, the seed of RFC 6238.
inline SecretRecord alice() { return RecordBuilder().totp().build(); }

}  // namespace twinlock::test
