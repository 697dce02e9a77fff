// DESIGN section 4 in figures: somebody knows the password and guesses codes for a year, as fast as the throttle lets
// him. What he gets is measured from outside: before each guess the real decide() is asked which codes it would accept
// at this moment, and each of them is worth one in a million (six digits).
//
// Measured (one TOTP token, window 1, shipped budgets):
//   from any number of unknown addresses               about 610 chances a year: P = 0.00061, below 1 in 1,000
//   and from behind the owner's own address as well    about 1,825 chances a year: P = 0.00182, about 1 in 550
// An upper bound by hand: 60 + 365 × 1.5 = 607.5 and 120 + 365 × 3 = 1215 chances, plus what one last guess overdraws.
#include <algorithm>
#include <cmath>
#include <random>

#include "unit/account/desk.h"

namespace twinlock {
namespace {

using namespace test;

constexpr std::string_view kOwnAddress = "192.0.2.7";
constexpr UnixTime kStart{1767571200};  // Monday, 5 January 2026, 00:00 UTC
constexpr UnixTime kEnd = kStart + days(365);

/// Where an attacker sits, and when he can go on.
struct Attacker {
  enum class Place { kUnknownAddresses, kOwnersAddress };
  Place place;
  UnixTime next = kStart;
  unsigned guesses = 0;
  std::uint64_t chances = 0;
  std::uint64_t overdrawn = 0;  ///< The most chances of a single guess.
};

class Year {
 public:
  explicit Year(SecretRecord record) {
    desk_.record = std::move(record);
    remember_login(*desk_.record, client_of(kOwnAddress), kStart - days(1));
  }

  void add_attacker(Attacker::Place place) { attackers_.push_back({.place = place}); }
  DecisionPolicy& policy() { return desk_.policy; }

  void run() {
    UnixTime owner_next = first_login();
    while (true) {
      const auto attacker = std::ranges::min_element(attackers_, {}, &Attacker::next);
      desk_.now = std::min(owner_next, attacker->next);
      if (desk_.now >= kEnd || ::testing::Test::HasFailure()) return;
      if (owner_next <= attacker->next) {
        owner_logs_in();
        owner_next = next_working_day(owner_next);
      } else {
        guess(*attacker);
      }
    }
  }

  [[nodiscard]] const std::vector<Attacker>& attackers() const { return attackers_; }
  [[nodiscard]] std::uint64_t chances() const {
    std::uint64_t sum = 0;
    for (const Attacker& attacker : attackers_) sum += attacker.chances;
    return sum;
  }
  [[nodiscard]] int owner_logins() const { return owner_logins_; }
  [[nodiscard]] int owner_refusals() const { return owner_refusals_; }

 private:
  static UnixTime first_login() { return kStart + Seconds(8 * 3600 + 17); }
  UnixTime next_working_day(UnixTime login) {
    const std::int64_t day = (login - kStart).count() / 86400;
    const std::int64_t next = day % 7 >= 4 ? day + 7 - day % 7 : day + 1;  // day 0 is a Monday
    return kStart + days(next) + Seconds(8 * 3600 + static_cast<std::int64_t>(random_() % 3600));
  }

  /// From the usual address; where that is refused the helpdesk helps with a telephone code.
  void owner_logs_in() {
    ++owner_logins_;
    if (desk_.type_from(kOwnAddress, phone_code(desk_.now)) == Verdict::kAccepted) return;
    ++owner_refusals_;
    desk_.record->bypass = {true, 0, expect_value(make_code_hash(desk_.record->code_key, "271828182")), desk_.now,
                            desk_.now + Seconds(900)};
    EXPECT_EQ(desk_.type_from(kOwnAddress, "271828182"), Verdict::kAccepted);
  }

  void guess(Attacker& attacker) {
    const bool at_home = attacker.place == Attacker::Place::kOwnersAddress;
    desk_.client = client_of(at_home ? std::string(kOwnAddress) : address_of(attacker.guesses));
    const std::uint64_t acceptable = count_acceptable_codes();
    const Verdict verdict = desk_.type(unlucky_code());
    EXPECT_TRUE(verdict == Verdict::kWrongCode || verdict == Verdict::kThrottled) << name_of(verdict);
    EXPECT_TRUE(verdict == Verdict::kWrongCode || acceptable == 0) << "looked at in spite of the throttle";
    attacker.chances += acceptable;
    attacker.overdrawn = std::max(attacker.overdrawn, acceptable);
    if (verdict == Verdict::kWrongCode) ++attacker.guesses;
    attacker.next = desk_.retry_at.value_or(desk_.now + Seconds(1));
  }

  /// How many codes would be accepted here and now. Tries somewhat more than any token's whole range.
  std::uint64_t count_acceptable_codes() const {
    std::uint64_t count = 0;
    for (const Token& token : desk_.record->tokens) {
      if (token.state != Token::State::kActive) continue;
      const bool hotp = token.type == Token::Type::kHotp;
      const std::uint64_t centre = hotp ? token.next : totp_step(desk_.now, token.period);
      const std::uint64_t reach = hotp ? 12 : desk_.policy.window + 2U;
      for (std::uint64_t factor = centre - std::min(centre, reach); factor <= centre + reach; ++factor) {
        const auto code = expect_value(hotp_code(token.key(), factor, token.digits, token.algorithm));
        const auto outcome = decide(desk_.record, read_typed_code(code.text()), desk_.context(), desk_.policy);
        if (outcome && outcome->verdict == Verdict::kAccepted) ++count;
      }
    }
    return count;
  }

  /// A code that is wrong, so that the year goes on: his luck is in `chances`. Never the same twice in a row.
  std::string unlucky_code() {
    while (true) {
      std::string code = std::to_string(100000 + random_() % 900000);
      const auto outcome = decide(desk_.record, read_typed_code(code), desk_.context(), desk_.policy);
      if (outcome && outcome->verdict != Verdict::kAccepted && outcome->verdict != Verdict::kReplayed) return code;
    }
  }

  Desk desk_;
  std::vector<Attacker> attackers_;
  std::mt19937_64 random_{20260105};
  int owner_logins_ = 0;
  int owner_refusals_ = 0;
};

/// The probability that at least one of so many independent chances comes true.
double probability(std::uint64_t chances) { return 1 - std::pow(1 - 1e-6, static_cast<double>(chances)); }

void report(const Year& year) {
  ::testing::Test::RecordProperty("chances", static_cast<int>(year.chances()));
  ::testing::Test::RecordProperty("probability", std::to_string(probability(year.chances())));
  ::testing::Test::RecordProperty("one_in", static_cast<int>(1 / probability(year.chances())));
  ::testing::Test::RecordProperty("owner_logins", year.owner_logins());
  ::testing::Test::RecordProperty("owner_refusals", year.owner_refusals());
}

TEST(AYearOfGuessing, FromUnknownAddressesSucceedsWithLessThanOneInAThousand) {
  Year year(alice());
  year.add_attacker(Attacker::Place::kUnknownAddresses);
  year.run();
  report(year);
  EXPECT_GT(year.chances(), 600U);  // else this attacker did not use all that the throttle leaves him
  EXPECT_LT(probability(year.chances()), 1.0 / 1000);
}

TEST(AYearOfGuessing, FromUnknownAddressesNeverKeepsTheOwnerOutAtHisUsualOne) {
  Year year(alice());
  for (int n = 0; n < 3; ++n) year.add_attacker(Attacker::Place::kUnknownAddresses);
  year.run();
  report(year);
  EXPECT_EQ(year.owner_logins(), 261);  // the Mondays to Fridays of these 365 days
  EXPECT_EQ(year.owner_refusals(), 0);
}

TEST(AYearOfGuessing, AlsoFromTheOwnersAddressSucceedsWithAboutOneInFiveHundred) {
  Year year(alice());
  year.add_attacker(Attacker::Place::kUnknownAddresses);
  year.add_attacker(Attacker::Place::kOwnersAddress);
  year.run();
  report(year);
  EXPECT_GT(year.chances(), 1750U);
  EXPECT_LT(probability(year.chances()), 1.0 / 500);
}

TEST(AYearOfGuessing, IsNoEasierWithSeveralTokens) {
  Year year(RecordBuilder().totp().token({.algorithm = HashAlgorithm::kSha256}, kSeed32).hotp().build());
  year.add_attacker(Attacker::Place::kUnknownAddresses);
  year.run();
  report(year);
  EXPECT_LT(probability(year.chances()), 1.0 / 1000);
  EXPECT_EQ(year.owner_refusals(), 0);
}

TEST(AYearOfGuessing, IsNoEasierWithAWideWindow) {
  Year year(alice());
  year.policy().window = 10;
  year.add_attacker(Attacker::Place::kUnknownAddresses);
  year.run();
  report(year);
  EXPECT_LT(probability(year.chances()), 1.0 / 1000);
  EXPECT_EQ(year.owner_refusals(), 0);
}

}  // namespace
}  // namespace twinlock
