// The codec against a byte table worked out by hand:
//
//   offset   bytes  what                      offset   bytes  what
//        0       1  disabled                    1986     225  invitation (pending token at +65)
//        1       1  uid bound                   2211      49  caller word
//        2       4  uid                         2260  16× 38  known addresses
//        6       8  created                     2868  16× 54  throttle
//       14       8  last used                   3732  16× 82  leases
//       22       4  next token id               5044   8× 58  proofs
//       26      12  budget of unknown addresses 5508  32× 24  accepted codes
//       38      32  code key                    6276  16× 44  events
//       70   8×160  tokens                      6980       1  moved_away
//     1350  10× 57  recovery codes              6981       4  sets of recovery codes so far
//     1920      66  bypass code                 6985       8  saves
//                                               6993     879  reserved
//                                               7872          end
#include "account/record_codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "unit/account/full_record.h"

namespace twinlock {
namespace {

using test::Distinct;
using test::full_record;
using test::full_token;
using Bytes = std::vector<std::uint8_t>;

Bytes encoded(const Record& record) {
  Bytes bytes(kEncodedRecordBytes, 0xEE);  // whatever the encoder leaves out would show
  encode_record(record, std::span<std::uint8_t, kEncodedRecordBytes>(bytes));
  return bytes;
}

Result<SecretRecord> decoded(const Bytes& bytes) {
  return decode_record(std::span<const std::uint8_t, kEncodedRecordBytes>(bytes));
}

std::uint64_t number_at(const Bytes& bytes, std::size_t offset, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = size; i > 0; --i) number = number * 256 + bytes[offset + i - 1];
  return number;
}

TEST(RecordCodec, KeepsEveryFieldOfAFullRecord) {
  const Record record = full_record();
  const auto back = decoded(encoded(record));
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_TRUE(**back == record);
}

TEST(RecordCodec, KeepsAnEmptyRecord) {
  const auto back = decoded(encoded(Record{}));
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_TRUE(**back == Record{});
}

TEST(RecordCodec, PutsTheHeadWhereTheTableSays) {
  const Bytes bytes = encoded(full_record());
  EXPECT_EQ(bytes[0], 1);
  EXPECT_EQ(bytes[1], 1);
  EXPECT_EQ(number_at(bytes, 2, 4), 0xA1B2C3D4U);
  EXPECT_EQ(number_at(bytes, 6, 8), 0x0102030405060708U);
  EXPECT_EQ(number_at(bytes, 14, 8), 0x1112131415161718U);
  EXPECT_EQ(number_at(bytes, 22, 4), 0x21222324U);
  EXPECT_EQ(number_at(bytes, 26, 4), 0x31323334U);
  EXPECT_EQ(number_at(bytes, 30, 8), 0x4142434445464748U);
  EXPECT_EQ(bytes[38], full_record().code_key.front());
  EXPECT_EQ(bytes[69], full_record().code_key.back());
  EXPECT_EQ(number_at(bytes, 6981, 4), 0x51525354U);
  EXPECT_EQ(number_at(bytes, 6985, 8), 0x6162636465666768U);
}

TEST(RecordCodec, PutsTokensWhereTheTableSays) {
  const Record record = full_record();
  const Bytes bytes = encoded(record);
  const std::size_t third = 70 + 2 * 160;
  EXPECT_EQ(number_at(bytes, third, 4), 3U);
  EXPECT_EQ(bytes[third + 4], 3);                  // disabled
  EXPECT_EQ(bytes[third + 5], 2);                  // HOTP
  EXPECT_EQ(bytes[third + 6], 1);                  // SHA-1
  EXPECT_EQ(bytes[third + 7], 6);                  // digits
  EXPECT_EQ(number_at(bytes, third + 8, 2), 63U);  // period
  EXPECT_EQ(bytes[third + 10], 1);                 // locked
  EXPECT_EQ(bytes[third + 11], 0);                 // needs resync
  EXPECT_EQ(bytes[third + 12], 61);                // secret length
  EXPECT_EQ(bytes[third + 13], 256 - 6);           // drift −6
  EXPECT_EQ(number_at(bytes, third + 14, 8), 0x0102030405060703U);
  EXPECT_EQ(number_at(bytes, third + 22, 4), record.tokens[2].failures);
  EXPECT_EQ(number_at(bytes, third + 26, 8), static_cast<std::uint64_t>(record.tokens[2].created.seconds));
  EXPECT_EQ(number_at(bytes, third + 34, 8), static_cast<std::uint64_t>(record.tokens[2].last_used.seconds));
  EXPECT_EQ(bytes[third + 42], record.tokens[2].secret[0]);
  EXPECT_EQ(bytes[third + 42 + 61], 0);             // behind the secret
  EXPECT_EQ(bytes[third + 106], 'p');               // label
  EXPECT_EQ(number_at(bytes, third + 154, 6), 0U);  // reserved
}

TEST(RecordCodec, PutsTheOtherPartsWhereTheTableSays) {
  const Record record = full_record();
  const Bytes bytes = encoded(record);
  EXPECT_EQ(bytes[1350 + 9 * 57], 1);  // the last recovery code is unused
  EXPECT_EQ(bytes[1350 + 9 * 57 + 9], record.recovery[9].hash.salt[0]);
  EXPECT_EQ(bytes[1350 + 9 * 57 + 25], record.recovery[9].hash.mac[0]);
  EXPECT_EQ(bytes[1921], 4);  // bypass misses
  EXPECT_EQ(number_at(bytes, 1930, 8), static_cast<std::uint64_t>(record.bypass.until.seconds));
  EXPECT_EQ(number_at(bytes, 1995, 8), static_cast<std::uint64_t>(record.invitation.until.seconds));
  EXPECT_EQ(number_at(bytes, 1986 + 65, 4), 11U);  // id of the pending token
  EXPECT_EQ(bytes[2212], record.caller_word.hash.salt[0]);
  EXPECT_EQ(number_at(bytes, 2260 + 15 * 38 + 18, 8), static_cast<std::uint64_t>(record.known[15].last_login.seconds));
  EXPECT_EQ(number_at(bytes, 2868 + 15 * 54 + 18, 4), record.throttle[15].failures);
  EXPECT_EQ(bytes[3732 + 15 * 82 + 34], 's');      // service-…
  EXPECT_EQ(bytes[3732 + 15 * 82 + 50 + 4], ',');  // sshd,samba-…
  EXPECT_EQ(bytes[5044 + 7 * 58], record.proofs[7].nonce[0]);
  EXPECT_EQ(number_at(bytes, 5508 + 31 * 24 + 16, 8), static_cast<std::uint64_t>(record.accepted[31].at.seconds));
  EXPECT_EQ(bytes[6276 + 15 * 44], 4);  // kind of the last event
  EXPECT_TRUE(std::all_of(bytes.begin() + 6993, bytes.end(), [](std::uint8_t byte) { return byte == 0; }));
}

TEST(RecordCodec, WritesAddressesInNetworkOrder) {
  Record record;
  record.known[0] = {*Network::parse("192.0.2.7"), {1}, {}};
  record.known[1] = {*Network::parse("2001:db8::/64"), {1}, {}};
  const Bytes bytes = encoded(record);
  const Bytes ipv4(bytes.begin() + 2260, bytes.begin() + 2260 + 18);
  const Bytes ipv6(bytes.begin() + 2298, bytes.begin() + 2298 + 18);
  EXPECT_EQ(ipv4, (Bytes{4, 32, 192, 0, 2, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(ipv6, (Bytes{6, 64, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(RecordCodec, ForgetsWhatFreeRowsStillHold) {
  Record record;
  record.tokens[0].secret.fill(0x5A);
  record.bypass.hash.mac.fill(0x5A);
  record.proofs[3].nonce.fill(0x5A);
  EXPECT_EQ(encoded(record), encoded(Record{}));
}

TEST(RecordCodec, ForgetsBytesBehindASecret) {
  Distinct distinct;
  Record record;
  record.tokens[0] = full_token(distinct, 1);
  record.tokens[0].secret_length = 20;
  EXPECT_EQ(encoded(record)[70 + 42 + 20], 0);
}

struct BadField {
  const char* name;
  std::size_t offset;
  std::uint8_t value;
};

class RecordCodecRefuses : public testing::TestWithParam<BadField> {};

TEST_P(RecordCodecRefuses, AFieldThatNobodyWrites) {
  Bytes bytes = encoded(full_record());
  ASSERT_NE(bytes[GetParam().offset], GetParam().value);
  bytes[GetParam().offset] = GetParam().value;
  const auto back = decoded(bytes);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, Error::Code::kStore);
}

constexpr std::size_t kToken = 70 + 160;  // the second: id 2, active TOTP
constexpr std::size_t kPending = 1986 + 65;

INSTANTIATE_TEST_SUITE_P(
    Record, RecordCodecRefuses,
    testing::Values(BadField{"disabled", 0, 2}, BadField{"uid_bound", 1, 255}, BadField{"created", 13, 0x80},
                    BadField{"last_used", 21, 0x80}, BadField{"budget_time", 37, 0x80},
                    BadField{"token_state", kToken + 4, 4}, BadField{"token_free_but_filled", kToken + 4, 0},
                    BadField{"token_type_0", kToken + 5, 0}, BadField{"token_type_3", kToken + 5, 3},
                    BadField{"algorithm_0", kToken + 6, 0}, BadField{"algorithm_4", kToken + 6, 4},
                    BadField{"digits_5", kToken + 7, 5}, BadField{"digits_9", kToken + 7, 9},
                    BadField{"period_14", kToken + 8, 14}, BadField{"period_318", kToken + 9, 1},
                    BadField{"locked", kToken + 10, 2}, BadField{"needs_resync", kToken + 11, 3},
                    BadField{"secret_length_15", kToken + 12, 15}, BadField{"secret_length_65", kToken + 12, 65},
                    BadField{"secret_longer_than_said", kToken + 12, 61}, BadField{"drift_11", kToken + 13, 11},
                    BadField{"drift_minus_11", kToken + 13, 256 - 11}, BadField{"counter", kToken + 21, 0x41},
                    BadField{"token_created", kToken + 33, 0x80}, BadField{"token_last_used", kToken + 41, 0x80},
                    BadField{"label_hole", kToken + 107, 0}, BadField{"token_reserved", kToken + 159, 1},
                    BadField{"recovery_state", 1350, 4}, BadField{"recovery_time", 1358, 0x80},
                    BadField{"bypass_mark", 1920, 2}, BadField{"bypass_time", 1929, 0x80},
                    BadField{"bypass_absent_but_filled", 1920, 0}, BadField{"invitation_mark", 1986, 2},
                    BadField{"invitation_time", 2002, 0x80}, BadField{"pending_state", kPending + 4, 9},
                    BadField{"caller_word_mark", 2211, 2}, BadField{"address_family", 2260, 5},
                    BadField{"address_bits", 2261, 129}, BadField{"known_time", 2260 + 25, 0x80},
                    BadField{"throttle_family", 2868, 1}, BadField{"throttle_time", 2868 + 29, 0x80},
                    BadField{"lease_family", 3732, 255}, BadField{"lease_origin", 3732 + 34, ' '},
                    BadField{"lease_origin_hole", 3732 + 35, 0}, BadField{"lease_opens", 3732 + 50, ','},
                    BadField{"lease_opens_bad_name", 3732 + 51, '/'}, BadField{"proof_service", 5044 + 34, '*'},
                    BadField{"proof_time", 5044 + 57, 0x80}, BadField{"accepted_time", 5508 + 23, 0x80},
                    BadField{"event_kind", 6276, 6}, BadField{"event_verdict", 6277, kVerdictCount},
                    BadField{"event_service", 6276 + 28, 0x80}, BadField{"moved_away", 6980, 2},
                    BadField{"first_reserved", 6993, 1}, BadField{"last_reserved", 7871, 0x80}),
    [](const auto& bad) { return std::string(bad.param.name); });

TEST(RecordCodec, RefusesTokenIdsOfZero) {
  Bytes bytes = encoded(full_record());
  bytes[kToken] = 0;
  EXPECT_FALSE(decoded(bytes));
}

TEST(RecordCodec, AcceptsAPendingTokenWithoutId) {
  Record record = full_record();
  record.invitation.pending.id = 0;
  EXPECT_TRUE(decoded(encoded(record)));
}

TEST(RecordCodec, RefusesANextTokenIdOfZero) {
  Record record;
  record.next_token_id = 0;
  EXPECT_FALSE(decoded(encoded(record)));
}

TEST(RecordCodec, RefusesHostBitsInAStoredAddress) {
  Record record;
  record.known[0] = {*Network::parse("2001:db8::/64"), {1}, {}};
  Bytes bytes = encoded(record);
  bytes[2260 + 17] = 1;
  EXPECT_FALSE(decoded(bytes));
}

TEST(RecordCodec, NamesTheBadFieldButNoSecret) {
  Bytes bytes = encoded(full_record());
  bytes[kToken + 7] = 77;
  const auto back = decoded(bytes);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().why, "holds an impossible number of digits");
}

TEST(RecordCodec, SurvivesRandomBytes) {
  std::mt19937 random(20261123);  // NOLINT: the same bytes in each run
  Bytes bytes(kEncodedRecordBytes);
  for (int i = 0; i < 2'000; ++i) {
    std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random()); });
    EXPECT_FALSE(decoded(bytes));
  }
}

TEST(RecordCodec, EncodesWhateverItAcceptsToTheSameBytes) {
  std::mt19937 random(20261124);  // NOLINT: the same bytes in each run
  const std::array<Bytes, 2> seeds = {encoded(full_record()), encoded(Record{})};
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes = seeds[random() % 2];
    for (auto changes = 1 + random() % 4; changes > 0; --changes) {
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random() % 3 == 0 ? random() % 8 : random());
    }
    const auto back = decoded(bytes);
    if (!back) continue;
    ++accepted;
    ASSERT_EQ(encoded(**back), bytes) << "mutation " << i;
  }
  EXPECT_GT(accepted, 1'000);
}

}  // namespace
}  // namespace twinlock
