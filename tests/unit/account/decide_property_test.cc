// Random histories of one account, always the same ones (fixed seeds): what must hold after every single decision.
#include <map>
#include <random>
#include <set>

#include "account/lease.h"
#include "account/record_codec.h"
#include "account/throttle.h"
#include "unit/account/desk.h"

namespace twinlock {
namespace {

using namespace test;

using Random = std::mt19937_64;

std::uint64_t below(Random& random, std::uint64_t limit) { return random() % limit; }

constexpr std::string_view kPaperCodes[] = {"ABCDEFGHIJKL", "MNOPQRSTUVWX", "YZ234567ABCD"};
constexpr std::string_view kAddresses[] = {"192.0.2.7",   "192.0.2.8",     "198.51.100.9",
                                           "203.0.113.5", "2001:db8:7::1", "local"};

bool is_encodable(const Record& record) {
  std::array<std::uint8_t, kEncodedRecordBytes> bytes{};
  encode_record(record, bytes);
  const auto decoded = decode_record(bytes);
  return decoded && **decoded == record;
}

/// One account and somebody who types all sorts of things into it.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {
    desk_.record = RecordBuilder()
                       .totp()
                       .token({.algorithm = HashAlgorithm::kSha512, .digits = Digits::kEight, .period = 60}, kSeed64)
                       .hotp()
                       .bypass(kBypassCode, kNow, kNow + days(20))
                       .recovery_code(kPaperCodes[0])
                       .recovery_code(kPaperCodes[1])
                       .recovery_code(kPaperCodes[2])
                       .build();
    desk_.policy.window = static_cast<std::uint8_t>(below(random_, 4));
    desk_.policy.throttle.disable_after = 8;
  }

  void step() {
    move_clock();
    desk_.client = client_of(kAddresses[below(random_, std::size(kAddresses))]);
    desk_.service = service_of(below(random_, 2) == 0 ? "sshd" : "samba");
    if (below(random_, desk_.record->disabled ? 10 : 200) == 0) desk_.record->disabled = !desk_.record->disabled;
    if (below(random_, 200) == 0) clear_throttle(*desk_.record);

    const SecretRecord before = desk_.record;
    const std::string code = next_code();
    const Verdict verdict = desk_.type(code);  // checks must_save, and that throttled attempts change nothing
    if (verdict == Verdict::kAccepted) {
      note_acceptance(*before, code);
    } else {
      expect_nothing_opened(*before);
    }
    EXPECT_FALSE(before->disabled && verdict != Verdict::kDisabled);
    EXPECT_TRUE(is_encodable(*desk_.record)) << "after " << name_of(verdict);
    ++verdicts_[verdict];
  }

  [[nodiscard]] int count(Verdict verdict) const {
    const auto found = verdicts_.find(verdict);
    return found == verdicts_.end() ? 0 : found->second;
  }

 private:
  void move_clock() {
    const auto kind = below(random_, 20);
    if (kind < 12) desk_.now = desk_.now + Seconds(static_cast<std::int64_t>(below(random_, 90)));
    if (kind >= 12 && kind < 16) desk_.now = desk_.now + Seconds(static_cast<std::int64_t>(below(random_, 7200)));
    if (kind == 16) desk_.now = desk_.now + days(static_cast<std::int64_t>(below(random_, 120)));
    if (kind == 17) desk_.now = desk_.now - Seconds(static_cast<std::int64_t>(below(random_, 600)));
    if (kind == 18) desk_.now = desk_.now - days(static_cast<std::int64_t>(below(random_, 10)));
  }

  std::string next_code() {
    std::string code = fresh_code();
    const auto kind = below(random_, 10);
    if (kind < 4 || typed_.empty()) typed_.push_back(code);
    if (kind >= 4 && kind < 6) code = typed_[below(random_, typed_.size())];
    if (kind == 6) code = std::to_string(100000 + below(random_, 900000));
    if (kind == 7) code = std::string(below(random_, 300), static_cast<char>(below(random_, 256)));
    return code;
  }

  /// What one of the user's devices or papers shows, perhaps some steps off.
  std::string fresh_code() {
    const auto kind = below(random_, 20);
    if (kind == 0) return std::string(kPaperCodes[below(random_, std::size(kPaperCodes))]);
    if (kind == 1) return std::string(kBypassCode);
    if (kind == 2) return std::to_string(100000000 + below(random_, 900000000));
    const Token& token = desk_.record->tokens[below(random_, 3)];
    const std::uint64_t base = token.type == Token::Type::kHotp ? token.next : totp_step(desk_.now, token.period);
    const std::uint64_t factor = base + below(random_, 8) - std::min<std::uint64_t>(base, 3);
    return std::string(expect_value(hotp_code(token.key(), factor, token.digits, token.algorithm)).text());
  }

  /// Exactly one thing was used up, and never before.
  void note_acceptance(const Record& before, const std::string& code) {
    EXPECT_FALSE(before.disabled);
    EXPECT_EQ(desk_.record->last_used, desk_.now);
    int used_up = 0;
    for (std::size_t i = 0; i < before.tokens.size(); ++i) {
      const Token& token = desk_.record->tokens[i];
      const int moved = std::abs(token.drift - before.tokens[i].drift);
      EXPECT_TRUE(moved <= 1 && std::abs(token.drift) <= 10);
      if (token.next == before.tokens[i].next) continue;
      ++used_up;
      EXPECT_GT(token.next, before.tokens[i].next);
      EXPECT_TRUE(accepted_factors_.emplace(token.id, token.next - 1).second) << "accepted twice";
      const auto expected = expect_value(hotp_code(token.key(), token.next - 1, token.digits, token.algorithm));
      EXPECT_EQ(expected.text(), read_typed_code(code).canonical.text());
    }
    for (std::size_t i = 0; i < before.recovery.size(); ++i) {
      if (desk_.record->recovery[i] == before.recovery[i]) continue;
      ++used_up;
      EXPECT_TRUE(accepted_papers_.insert(i).second) << "accepted twice";
    }
    if (before.bypass.present && !desk_.record->bypass.present) ++used_up;
    EXPECT_EQ(used_up, 1);
  }

  /// A refusal uses up no code and makes nothing known, leased or proven.
  void expect_nothing_opened(const Record& before) {
    for (std::size_t i = 0; i < before.tokens.size(); ++i) {
      EXPECT_EQ(desk_.record->tokens[i].next, before.tokens[i].next);
      EXPECT_EQ(desk_.record->tokens[i].drift, before.tokens[i].drift);
      EXPECT_FALSE(before.tokens[i].state == Token::State::kDisabled &&
                   desk_.record->tokens[i].state == Token::State::kActive);
    }
    EXPECT_EQ(desk_.record->recovery, before.recovery);
    EXPECT_EQ(desk_.record->accepted, before.accepted);
    EXPECT_EQ(desk_.record->leases, before.leases);
    EXPECT_EQ(desk_.record->proofs, before.proofs);
    EXPECT_EQ(desk_.record->last_used, before.last_used);
    for (std::size_t i = 0; i < before.known.size(); ++i) {
      EXPECT_EQ(desk_.record->known[i].client, before.known[i].client);
      EXPECT_EQ(desk_.record->known[i].last_login, before.known[i].last_login);
    }
  }

  Random random_;
  Desk desk_;
  std::vector<std::string> typed_;
  std::set<std::pair<std::uint32_t, std::uint64_t>> accepted_factors_;
  std::set<std::size_t> accepted_papers_;
  std::map<Verdict, int> verdicts_;
};

TEST(RandomHistories, NeverAcceptAnythingTwiceAndAlwaysKeepTheRecordSound) {
  std::map<Verdict, int> reached;
  for (std::uint64_t seed = 1; seed <= 20 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History history(seed);
    for (int step = 0; step < 500 && !HasFailure(); ++step) history.step();
    for (std::uint8_t v = 0; v < kVerdictCount; ++v) reached[Verdict{v}] += history.count(Verdict{v});
  }
  // Without these the histories would prove little.
  for (const auto verdict : {Verdict::kAccepted, Verdict::kWrongCode, Verdict::kReplayed, Verdict::kThrottled,
                             Verdict::kLocked, Verdict::kDisabled, Verdict::kExpired}) {
    EXPECT_GT(reached[verdict], 0) << name_of(verdict);
    RecordProperty(std::string(name_of(verdict)), reached[verdict]);
  }
}

}  // namespace
}  // namespace twinlock
