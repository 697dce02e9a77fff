// A Desk is where one user types codes: a record that keeps what each decision made of it.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "account/decide.h"
#include "otp/hotp.h"
#include "otp/totp.h"
#include "support/record_builder.h"

namespace twinlock {

inline void PrintTo(Verdict verdict, std::ostream* out) { *out << name_of(verdict); }

namespace test {

inline constexpr std::string_view kBypassCode = "271828182";

/// As shipped: sshd opens samba, samba opens itself, each for ten hours.
inline DecisionPolicy shipped_policy() {
  const auto sshd = service_of("sshd");
  const auto samba = service_of("samba");
  DecisionPolicy policy;
  policy.leases = {{sshd, Seconds(36000), {samba}}, {samba, Seconds(36000), {samba}}};
  return policy;
}

struct Desk {
  SecretRecord record = alice();
  DecisionPolicy policy = shipped_policy();
  UnixTime now = kNow;
  ClientKey client = client_of("192.0.2.7");
  ServiceName service = service_of("sshd");
  std::optional<std::uint32_t> uid = kAliceUid;
  UnknownUser unknown_user = UnknownUser::kRefused;
  std::optional<UnixTime> retry_at = std::nullopt;  ///< Of the last decision, as are the following.
  std::uint32_t token = 0;
  TypedCode::Kind kind = TypedCode::Kind::kMalformed;

  [[nodiscard]] LoginContext context() const { return {service, client, now, uid, unknown_user}; }

  /// Decides, keeps the record, and checks what holds for every decision.
  Verdict type(std::string_view code) {
    auto decision = decide(record, read_typed_code(code), context(), policy);
    if (!decision) {
      ADD_FAILURE() << decision.error().text();
      return Verdict::kUnavailable;
    }
    const bool changed = !(*decision->record == *record);
    EXPECT_EQ(decision->must_save, changed) << "after " << name_of(decision->verdict);
    EXPECT_EQ(decision->retry_at.has_value(), decision->verdict == Verdict::kThrottled);
    EXPECT_FALSE(decision->verdict == Verdict::kThrottled && changed);
    EXPECT_FALSE(decision->verdict == Verdict::kAccepted && !changed);
    const bool by_token = decision->verdict == Verdict::kAccepted && decision->kind == TypedCode::Kind::kToken;
    EXPECT_EQ(decision->token != 0, by_token);
    record = decision->record;
    retry_at = decision->retry_at;
    token = decision->token;
    kind = decision->kind;
    return decision->verdict;
  }
  Verdict type_from(std::string_view address, std::string_view code) {
    client = client_of(address);
    return type(code);
  }
  /// Types a code and expects that it changes nothing.
  Verdict type_in_vain(std::string_view code) {
    const SecretRecord before = record;
    const Verdict verdict = type(code);
    EXPECT_TRUE(*before == *record) << "changed by " << name_of(verdict);
    return verdict;
  }
  [[nodiscard]] std::uint32_t unknown_spent() const { return record->unknown_budget.spent_milli; }
};

/// What alice's phone shows, by our own reckoning: where the test is not about the value.
inline std::string phone_code(UnixTime now) {
  const auto code = expect_value(hotp_code(bytes_of(kSeed20), totp_step(now, 30), Digits::kSix, HashAlgorithm::kSha1));
  return std::string(code.text());
}
/// The n-th of many different wrong codes.
inline std::string wrong_code(unsigned n) {
  const std::string digits = std::to_string(n % 900);
  return "000" + std::string(3 - digits.size(), '0') + digits;
}
/// The n-th of many different addresses.
inline std::string address_of(unsigned n) {
  return "2001:db8:" + std::to_string(n / 9000 + 1) + ":" + std::to_string(n % 9000 + 1) + "::1";
}

}  // namespace test
}  // namespace twinlock
