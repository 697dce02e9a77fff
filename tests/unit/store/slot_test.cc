#include "store/slot.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/seal.h"
#include "unit/store/store_fixture.h"

namespace twinlock {
namespace {

using test::Bytes;
using test::keyring_of;
using test::record_with;
using test::user;

constexpr SlotLabel kLabel{SlotIndex::kSecond, 42, Durability::kFlushed};

class SlotTest : public testing::Test {
 protected:
  Result<SlotContent> open(SlotIndex index = SlotIndex::kSecond, std::string_view name = "alice") {
    return open_slot(std::span<const std::uint8_t, kSlotBytes>(slot), index, user(name), keys);
  }
  /// "open", "damaged: why" or "error: why".
  std::string outcome(SlotIndex index = SlotIndex::kSecond, std::string_view name = "alice") {
    const auto content = open(index, name);
    if (!content) return "error: " + content.error().why;
    const auto* damage = std::get_if<SlotDamage>(&*content);
    return damage == nullptr ? "open" : "damaged: " + damage->why;
  }
  void seal(const SlotLabel& label = kLabel, std::string_view name = "alice") {
    const auto sealed = seal_slot(label, user(name), *record_with(7), keys, std::span<std::uint8_t, kSlotBytes>(slot));
    ASSERT_TRUE(sealed) << sealed.error().text();
  }

  Keyring keys = keyring_of(std::string(test::kOldKeyLine) + test::kAuditLine);
  Bytes slot = Bytes(kSlotBytes);
};

TEST_F(SlotTest, OpensASlotThatOtherProgramsMade) {
  slot = test::read_file(TWINLOCK_VECTORS "/store/alice.slot");
  ASSERT_EQ(slot.size(), kSlotBytes);
  const auto content = open();
  ASSERT_TRUE(content) << content.error().text();
  ASSERT_TRUE(std::holds_alternative<OpenSlot>(*content)) << outcome();
  const auto& open = std::get<OpenSlot>(*content);
  EXPECT_EQ(open.label.sequence, 42U);
  EXPECT_EQ(open.label.durability, Durability::kFlushed);
  Record wanted;
  wanted.disabled = true;
  wanted.uid_bound = true;
  wanted.uid = 1000;
  wanted.created = {1'700'000'000};
  wanted.last_used = {1'700'000'600};
  wanted.next_token_id = 7;
  EXPECT_TRUE(*open.record == wanted);
}

TEST_F(SlotTest, WritesTheHeaderThatOtherProgramsRead) {
  const Bytes wanted = test::read_file(TWINLOCK_VECTORS "/store/alice.slot");
  seal();
  EXPECT_EQ(Bytes(slot.begin(), slot.begin() + 280), Bytes(wanted.begin(), wanted.begin() + 280));
  EXPECT_EQ(Bytes(slot.begin() + 292, slot.begin() + 304), Bytes(12, 0));
}

TEST_F(SlotTest, OpensWhatItSealed) {
  for (const auto index : {SlotIndex::kFirst, SlotIndex::kSecond}) {
    for (const auto durability : {Durability::kFlushed, Durability::kUnflushed}) {
      seal({index, 0xFFFF'FFFF'FFFF'FFFEU, durability});
      const auto content = open(index);
      ASSERT_TRUE(content && std::holds_alternative<OpenSlot>(*content)) << outcome(index);
      const auto& open = std::get<OpenSlot>(*content);
      EXPECT_EQ(open.label.index, index);
      EXPECT_EQ(open.label.sequence, 0xFFFF'FFFF'FFFF'FFFEU);
      EXPECT_EQ(open.label.durability, durability);
      EXPECT_TRUE(*open.record == *record_with(7));
    }
  }
}

TEST_F(SlotTest, OpensSlotsOfTheLongestNames) {
  const std::string name(255, 'x');
  seal(kLabel, name);
  EXPECT_EQ(outcome(SlotIndex::kSecond, name), "open");
  EXPECT_EQ(claimed_user(std::span<const std::uint8_t, kSlotBytes>(slot)), name);
}

TEST_F(SlotTest, NeverSealsWithTheSameNonce) {
  seal();
  const Bytes first = slot;
  seal();
  EXPECT_NE(Bytes(first.begin() + 280, first.begin() + 292), Bytes(slot.begin() + 280, slot.begin() + 292));
}

TEST_F(SlotTest, HidesTheRecord) {
  SecretRecord record;
  record->code_key.fill(0x5A);
  ASSERT_TRUE(seal_slot(kLabel, user("alice"), *record, keys, std::span<std::uint8_t, kSlotBytes>(slot)));
  const Bytes needle(8, 0x5A);
  EXPECT_EQ(std::search(slot.begin(), slot.end(), needle.begin(), needle.end()), slot.end());
}

TEST_F(SlotTest, SealsWithTheNewestKeyAndOpensWithAny) {
  seal();
  keys = keyring_of(std::string(test::kOldKeyLine) + test::kNewKeyLine + test::kAuditLine);
  EXPECT_EQ(outcome(), "open");
  seal();
  EXPECT_EQ(outcome(), "open");
  keys = keyring_of(std::string(test::kNewKeyLine) + test::kAuditLine);
  EXPECT_EQ(outcome(), "open");
}

TEST_F(SlotTest, RefusesAnUnknownKeyAndDoesNotCallItDamage) {
  seal();
  keys = keyring_of(std::string(test::kNewKeyLine) + test::kAuditLine);
  EXPECT_EQ(outcome(), "error: is sealed with a key that the key file lacks");
}

TEST_F(SlotTest, RefusesAnUnknownFormatAndDoesNotCallItDamage) {
  seal();
  slot[8] = 2;
  EXPECT_EQ(outcome(), "error: has the unknown format 2");
}

TEST_F(SlotTest, RefusesTheSlotOfAnotherUser) {
  seal(kLabel, "bob");
  EXPECT_EQ(outcome(), "error: belongs to another user");
}

TEST_F(SlotTest, CallsARenamedHeaderDamage) {
  seal(kLabel, "bob");
  std::ranges::copy(std::string("abc"), slot.begin() + 24);
  EXPECT_EQ(outcome(SlotIndex::kSecond, "abc"), "damaged: has a seal that does not fit");
}

TEST_F(SlotTest, CallsAMovedSlotDamage) {
  seal();
  EXPECT_EQ(outcome(SlotIndex::kFirst), "damaged: has an impossible header");
}

TEST_F(SlotTest, RefusesAWellSealedImpossibleRecord) {
  // Sealed by somebody with the key: a newer program, not a power cut.
  SecretBytes plain(kEncodedRecordBytes);
  encode_record(*record_with(7), std::span<std::uint8_t, kEncodedRecordBytes>(plain.bytes().data(), plain.size()));
  plain.bytes()[kEncodedRecordBytes - 1] = 1;
  seal();
  const auto key = derive_record_key(keys.newest(), user("alice"));
  const std::span<std::uint8_t> all(slot);
  ASSERT_TRUE(twinlock::seal({key->bytes(), all.subspan(280, 12), all.first(304)}, plain.bytes(), all.subspan(304)));
  EXPECT_EQ(outcome(), "error: holds an impossible use of reserved bytes");
}

TEST_F(SlotTest, DoesNotSealWhatCouldNotBeReadBack) {
  SecretRecord record;
  record->tokens[0].state = Token::State::kActive;  // without id and secret
  const auto sealed = seal_slot(kLabel, user("alice"), *record, keys, std::span<std::uint8_t, kSlotBytes>(slot));
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().code, Error::Code::kStore);
}

/// What one flipped bit in this byte of the header must be taken for.
bool is_told_from_damage(std::size_t offset) { return offset == 8 || offset == 9 || (offset >= 12 && offset < 16); }

TEST_F(SlotTest, NeverOpensWithAnyFlippedBit) {
  seal();
  for (std::size_t offset = 0; offset < kSlotBytes; ++offset) {
    slot[offset] ^= static_cast<std::uint8_t>(1U << offset % 8);
    const std::string seen = outcome();
    EXPECT_TRUE(seen.starts_with(is_told_from_damage(offset) ? "error: " : "damaged: ")) << offset << ": " << seen;
    slot[offset] ^= static_cast<std::uint8_t>(1U << offset % 8);
  }
}

TEST_F(SlotTest, CallsZerosDamage) { EXPECT_EQ(outcome(), "damaged: does not begin as a slot does"); }

}  // namespace
}  // namespace twinlock
