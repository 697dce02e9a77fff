#include "crypto/keyring.h"

#include <gtest/gtest.h>

#include "support/hex.h"

namespace twinlock {
namespace {

using test::to_hex;

constexpr const char* kPath = "/etc/twinlock/key";
constexpr const char* kKey1 = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr const char* kKey2 = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";
constexpr const char* kKey3 = "F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFFf0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

std::string line(std::string_view purpose, std::string_view id, std::string_view created, std::string_view key) {
  return std::string(purpose) + " " + std::string(id) + " " + std::string(created) + " " + std::string(key) + "\n";
}

std::string good_file() {
  return "# keys\n\n" + line("record", "00000001", "1700000000", kKey1) + "   \n" +
         line("audit ", "0000beef", "1700000001", kKey2) + line("record", "A1b2C3d4", "1800000000", kKey3);
}

Username user(std::string_view name) { return *Username::parse(name); }

TEST(Keyring, ReadsKeysInTheirOrder) {
  const auto keys = Keyring::parse(good_file(), kPath);
  ASSERT_TRUE(keys) << keys.error().text();
  ASSERT_EQ(keys->record_keys().size(), 2U);
  EXPECT_EQ(keys->record_keys()[0].id.value, 1U);
  EXPECT_EQ(keys->record_keys()[0].created.seconds, 1'700'000'000);
  EXPECT_EQ(to_hex(keys->record_keys()[0].bytes.bytes()), kKey1);
  EXPECT_EQ(keys->audit_key().id.value, 0xBEEFU);
  EXPECT_EQ(to_hex(keys->audit_key().bytes.bytes()), kKey2);
}

TEST(Keyring, SealsWithTheLastRecordKey) {
  const auto keys = Keyring::parse(good_file(), kPath);
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->newest().id.value, 0xA1B2C3D4U);
}

TEST(Keyring, FindsRecordKeysOnly) {
  const auto keys = Keyring::parse(good_file(), kPath);
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->find({1}), &keys->record_keys()[0]);
  EXPECT_EQ(keys->find({0xBEEF}), nullptr);
  EXPECT_EQ(keys->find({0}), nullptr);
}

TEST(Keyring, ReadsALastLineWithoutNewline) {
  std::string text = good_file();
  text.pop_back();
  EXPECT_TRUE(Keyring::parse(text, kPath));
}

TEST(Keyring, GetsANewKeyBehindWhatThereWas) {
  for (std::string before : {good_file(), good_file().substr(0, good_file().size() - 1)}) {
    const auto text = Keyring::with_new_key(before, UnixTime{1'900'000'000});
    ASSERT_TRUE(text);
    EXPECT_TRUE(text->text().starts_with(before));
    const auto keys = Keyring::parse(text->text(), kPath);
    ASSERT_TRUE(keys) << keys.error().text();
    ASSERT_EQ(keys->record_keys().size(), 3U);
    EXPECT_EQ(keys->newest().created.seconds, 1'900'000'000);
    EXPECT_EQ(to_hex(keys->find({1})->bytes.bytes()), kKey1);
  }
}

TEST(Keyring, GetsAnotherNewKeyEachTime) {
  const auto first = Keyring::with_new_key(good_file(), {});
  const auto second = Keyring::with_new_key(good_file(), {});
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->text(), second->text());
}

TEST(Keyring, LosesExactlyTheLineOfAKey) {
  const std::string last = line("record", "A1b2C3d4", "1800000000", kKey3);
  const std::string rest = good_file().substr(0, good_file().size() - last.size());
  EXPECT_EQ(Keyring::without_key(good_file(), {0xA1B2C3D4}).text(), rest);
  EXPECT_EQ(Keyring::without_key(good_file().substr(0, good_file().size() - 1), {0xA1B2C3D4}).text(), rest);
  EXPECT_EQ(Keyring::without_key(good_file(), {0xBEEF}).text(), good_file()) << "the audit key is none of these";
  EXPECT_EQ(Keyring::without_key(good_file(), {7}).text(), good_file());
}

TEST(KeyIds, AreEightHexDigits) {
  EXPECT_EQ(text_of(KeyId{0xBEEF}), "0000beef");
  EXPECT_EQ(parse_key_id("0000beef"), KeyId{0xBEEF});
  for (const auto* text : {"", "beef", "00000000", "0000beef0", "0000bee ", "0x00beef", "-000beef"}) {
    EXPECT_EQ(parse_key_id(text), std::nullopt) << text;
  }
}

struct BadLine {
  const char* name;
  std::string text;  ///< Line 3 of the file.
  const char* why;
};

class KeyringRefuses : public testing::TestWithParam<BadLine> {};

TEST_P(KeyringRefuses, ALineAndNamesIt) {
  const std::string text = line("record", "00000001", "1700000000", kKey1) +
                           line("audit", "00000002", "1700000000", kKey2) + GetParam().text;
  const auto keys = Keyring::parse(text, kPath);
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().code, Error::Code::kStore);
  EXPECT_EQ(keys.error().what, "/etc/twinlock/key:3");
  EXPECT_EQ(keys.error().why, GetParam().why);
  EXPECT_EQ(keys.error().text().find("f0f1"), std::string::npos) << "the text is never quoted";
}

constexpr const char* kBadId = "has no key id of 8 hex digits other than zero";
constexpr const char* kBadTime = "has no creation time in Unix seconds";
constexpr const char* kBadKey = "has no key of 64 hex digits";
constexpr const char* kBadWord = "does not begin with 'record' or 'audit'";

INSTANTIATE_TEST_SUITE_P(
    Line, KeyringRefuses,
    testing::Values(BadLine{"unknown_purpose", line("backup", "00000003", "1", kKey3), kBadWord},
                    BadLine{"capital_purpose", line("Record", "00000003", "1", kKey3), kBadWord},
                    BadLine{"indented_comment", " # x\n", kBadWord}, BadLine{"tab", "record\t00000003\n", kBadWord},
                    BadLine{"purpose_only", "record\n", kBadId},
                    BadLine{"id_zero", line("record", "00000000", "1", kKey3), kBadId},
                    BadLine{"id_short", line("record", "0000003", "1", kKey3), kBadId},
                    BadLine{"id_long", line("record", "000000003", "1", kKey3), kBadId},
                    BadLine{"id_not_hex", line("record", "0000000g", "1", kKey3), kBadId},
                    BadLine{"time_negative", line("record", "00000003", "-1", kKey3), kBadTime},
                    BadLine{"time_signed", line("record", "00000003", "+1", kKey3), kBadTime},
                    BadLine{"time_in_words", line("record", "00000003", "now", kKey3), kBadTime},
                    BadLine{"time_with_rest", line("record", "00000003", "12h", kKey3), kBadTime},
                    BadLine{"time_too_large", line("record", "00000003", "9223372036854775808", kKey3), kBadTime},
                    BadLine{"key_missing", "record 00000003 1\n", kBadKey},
                    BadLine{"key_short", line("record", "00000003", "1", "f0f1"), kBadKey},
                    BadLine{"key_long", line("record", "00000003", "1", std::string(kKey3) + "00"), kBadKey},
                    BadLine{"key_not_hex", line("record", "00000003", "1", std::string(63, '0') + "x"), kBadKey},
                    BadLine{"carriage_return", line("record", "00000003", "1", std::string(kKey3) + "\r"), kBadKey},
                    BadLine{"nul", line("record", "00000003", "1", std::string(63, '0') + '\0'), kBadKey},
                    BadLine{"rest", line("record", "00000003", "1", std::string(kKey3) + " x"),
                            "has something behind the key"},
                    BadLine{"second_audit", line("audit", "00000003", "1", kKey3), "is a second audit key"},
                    BadLine{"repeated_id", line("record", "00000001", "1", kKey3), "repeats a key id or a key"},
                    BadLine{"id_of_audit", line("record", "00000002", "1", kKey3), "repeats a key id or a key"},
                    BadLine{"repeated_key", line("record", "00000003", "1", kKey1), "repeats a key id or a key"},
                    BadLine{"key_of_audit", line("record", "00000003", "1", kKey2), "repeats a key id or a key"}),
    [](const auto& bad) { return std::string(bad.param.name); });

TEST(Keyring, RefusesAFileWithoutRecordKey) {
  const auto keys = Keyring::parse(line("audit", "00000002", "1", kKey2), kPath);
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().text(), "/etc/twinlock/key: holds no record key; put the key file back from a backup");
}

TEST(Keyring, RefusesAFileWithoutAuditKey) {
  EXPECT_FALSE(Keyring::parse(line("record", "00000002", "1", kKey2), kPath));
}

TEST(Keyring, RefusesAnEmptyFile) { EXPECT_FALSE(Keyring::parse("", kPath)); }

TEST(Keyring, ReadsWhatItGenerates) {
  const auto text = Keyring::generate({1'700'000'000});
  ASSERT_TRUE(text);
  const auto keys = Keyring::parse(text->text(), kPath);
  ASSERT_TRUE(keys) << keys.error().text();
  EXPECT_EQ(keys->record_keys().size(), 1U);
  EXPECT_EQ(keys->newest().created.seconds, 1'700'000'000);
  EXPECT_EQ(keys->audit_key().created.seconds, 1'700'000'000);
  EXPECT_NE(keys->newest().id, keys->audit_key().id);
  EXPECT_TRUE(text->text().ends_with('\n'));
}

TEST(Keyring, GeneratesOtherKeysEachTime) {
  const auto first = Keyring::generate({1});
  const auto second = Keyring::generate({1});
  ASSERT_TRUE(first && second);
  const auto keys1 = Keyring::parse(first->text(), kPath);
  const auto keys2 = Keyring::parse(second->text(), kPath);
  ASSERT_TRUE(keys1 && keys2);
  EXPECT_NE(to_hex(keys1->newest().bytes.bytes()), to_hex(keys2->newest().bytes.bytes()));
  EXPECT_NE(to_hex(keys1->audit_key().bytes.bytes()), to_hex(keys2->audit_key().bytes.bytes()));
}

// Computed with Python: hmac.new(bytes(range(32)), b"twinlock record 1\0" + name + b"\x01", "sha256").
TEST(DeriveRecordKey, IsHkdfExpandOverTheUsersName) {
  const auto keys = Keyring::parse(good_file(), kPath);
  ASSERT_TRUE(keys);
  const MasterKey& master = *keys->find({1});
  const auto key_of = [&](std::string_view name) { return to_hex(derive_record_key(master, user(name))->bytes()); };
  EXPECT_EQ(key_of("alice"), "bebc0abaf10ffda430d7ba56f52a1eb4df23d820995c68bcded8407c0808aa5f");
  EXPECT_EQ(key_of("DOMAIN\\alice"), "de8b4207448a3c6c0de3a231cbeda0c0ba3f5955d45b9e4b247fb97c4517d93d");
  EXPECT_EQ(key_of("zo\xC3\xAB"), "a78f93f8474aa4ee0b7d1efd800443a2c6ff703e4467fdd02b6a379e080d9e8b");
}

TEST(DeriveRecordKey, WorksForTheLongestName) {
  const auto keys = Keyring::parse(good_file(), kPath);
  ASSERT_TRUE(keys);
  EXPECT_TRUE(derive_record_key(keys->newest(), user(std::string(255, 'a'))));
}

}  // namespace
}  // namespace twinlock
