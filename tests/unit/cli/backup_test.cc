// MUST 1 to 5 of cli/backup/backup_format.h. The format itself, byte by byte, is read by tests/cli/test_backup.py.
#include "cli/backup/backup.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <random>
#include <set>

#include "account/record_codec.h"
#include "crypto/hmac.h"
#include "crypto/seal.h"
#include "support/record_builder.h"
#include "unit/account/full_record.h"

namespace twinlock {
namespace {

using test::expect_value;

constexpr std::string_view kConfigText = "issuer = \"files.example.com\"\n";
constexpr std::string_view kKeyText =
    "record 00c0ffee 1700000000 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
    "audit 00decade 1700000000 101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f\n";
constexpr std::string_view kPassphrase = "correct horse battery";

BackupSeal copy_of(const BackupSeal& seal) { return {SecretBytes(seal.key.bytes()), seal.header_digest}; }

SecretRecord full() {
  SecretRecord record;
  *record = test::full_record();
  return record;
}

/// MadeBackup once: scrypt takes its time.
struct MadeBackup {
  BackupBytes file;
  BackupSeal seal;
  std::vector<std::size_t> items;  ///< Where each begins.
};

const MadeBackup& made() {
  static const MadeBackup kMade = [] {
    auto fresh = expect_value(begin_backup(SecretBytes(kPassphrase)));
    MadeBackup result{{}, copy_of(fresh.seal), {}};
    const auto write = [&](std::span<const std::uint8_t> bytes) {
      if (!result.file.empty()) result.items.push_back(result.file.size());
      result.file.insert(result.file.end(), bytes.begin(), bytes.end());
      return done();
    };
    auto writer = expect_value(
        BackupWriter::begin(std::move(fresh), write, {{1700000001}, "files", "0.1.0"}, SecretBytes(kConfigText)));
    for (const auto* name : {"alice", "bob"}) {
      EXPECT_TRUE(writer.add(expect_value(Username::parse(name)), full()));
    }
    EXPECT_TRUE(writer.finish(SecretBytes(kKeyText), 3));
    return result;
  }();
  return kMade;
}

Result<Backup> open(BackupBytes file) { return Backup::open(std::move(file), copy_of(made().seal), "F"); }

TEST(BackupFile, HoldsWhatWasPutIn) {
  const auto backup = open(made().file);
  ASSERT_TRUE(backup) << backup.error().text();
  EXPECT_EQ(backup->meta().made, UnixTime{1700000001});
  EXPECT_EQ(backup->meta().host, "files");
  EXPECT_EQ(backup->meta().version, "0.1.0");
  EXPECT_EQ(backup->config_text().text(), kConfigText);
  EXPECT_EQ(backup->key_text().text(), kKeyText);
  EXPECT_EQ(backup->unreadable(), 3U);
  ASSERT_EQ(backup->users().size(), 2U);
  EXPECT_EQ(backup->users()[1].text(), "bob");
  EXPECT_TRUE(*expect_value(backup->record(1)) == *full());
}

TEST(BackupFile, OpensWithItsPassphraseAlone) {
  EXPECT_TRUE(Backup::open(made().file, SecretBytes(kPassphrase), "F"));
  const auto wrong = Backup::open(made().file, SecretBytes(std::string_view("correct horse Battery")), "F");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Error::Code::kRefused);
}

TEST(BackupFile, HasAKeyOfItsOwn) {
  const auto other = expect_value(begin_backup(SecretBytes(kPassphrase)));
  EXPECT_NE(other.header, BackupBytes(made().file.begin(), made().file.begin() + kBackupHeaderBytes));
  EXPECT_FALSE(equal_in_constant_time(other.seal.key.bytes(), made().seal.key.bytes()));
}

TEST(BackupFile, IsDamagedWhereAnyByteOfItsHeaderIs) {
  for (std::size_t at = 0; at < kBackupHeaderBytes; ++at) {
    for (const unsigned flip : {1U, 0x80U}) {
      auto file = made().file;
      file[at] = static_cast<std::uint8_t>(file[at] ^ flip);
      const auto opened = Backup::open(std::move(file), SecretBytes(kPassphrase), "F");
      ASSERT_FALSE(opened) << at;
      EXPECT_EQ(opened.error().code, Error::Code::kStore) << at << opened.error().text();
    }
  }
}

TEST(BackupFile, IsDamagedWhereAnyByteBehindIt) {
  for (std::size_t at = kBackupHeaderBytes; at < made().file.size(); ++at) {
    auto file = made().file;
    file[at] = static_cast<std::uint8_t>(file[at] ^ 1U << at % 8);
    const auto opened = open(std::move(file));
    ASSERT_FALSE(opened) << at;
    EXPECT_EQ(opened.error().code, Error::Code::kStore) << at;
    at += at < kBackupHeaderBytes + 300 ? 0 : 6;
  }
}

TEST(BackupFile, IsRefusedWhereverItWasCutOff) {
  for (std::size_t size = 0; size < made().file.size(); ++size) {
    auto file = made().file;
    file.resize(size);
    EXPECT_FALSE(open(std::move(file))) << size;
    size += size < kBackupHeaderBytes + 300 ? 0 : 12;
  }
  for (const std::size_t start : made().items) {
    auto file = made().file;
    file.resize(start);
    EXPECT_FALSE(open(std::move(file))) << start;
  }
}

TEST(BackupFile, IsRefusedWithSomethingBehindItsEnd) {
  auto file = made().file;
  file.push_back(0);
  const auto opened = open(std::move(file));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().text(), "F: has something behind its end; use another backup");
}

/// The item that begins at made().items[at].
BackupBytes item(std::size_t at) {
  const auto& starts = made().items;
  const std::size_t end = at + 1 < starts.size() ? starts[at + 1] : made().file.size();
  return {made().file.begin() + static_cast<std::ptrdiff_t>(starts[at]),
          made().file.begin() + static_cast<std::ptrdiff_t>(end)};
}

BackupBytes assembled(const std::vector<BackupBytes>& items) {
  BackupBytes file(made().file.begin(), made().file.begin() + kBackupHeaderBytes);
  for (const auto& bytes : items) file.insert(file.end(), bytes.begin(), bytes.end());
  return file;
}

TEST(BackupFile, NoticesItemsThatWereMovedTakenOutOrDoubled) {
  ASSERT_EQ(made().items.size(), 6U);  // meta, config, alice, bob, keys, end
  EXPECT_TRUE(open(assembled({item(0), item(1), item(2), item(3), item(4), item(5)})));
  EXPECT_FALSE(open(assembled({item(0), item(1), item(3), item(2), item(4), item(5)})));
  EXPECT_FALSE(open(assembled({item(0), item(1), item(3), item(4), item(5)})));
  EXPECT_FALSE(open(assembled({item(0), item(1), item(2), item(4), item(5)})));
  EXPECT_FALSE(open(assembled({item(0), item(1), item(2), item(2), item(3), item(4), item(5)})));
}

struct Part {
  ItemKind kind;
  std::string content;
};

/// Sealed as our own writer would, whatever its content.
BackupBytes sealed(const std::vector<Part>& parts) {
  std::vector<BackupBytes> items;
  for (const Part& part : parts) {
    items.push_back(expect_value(seal_item(made().seal, items.size(), part.kind, bytes_of(part.content))));
  }
  return assembled(items);
}

std::string end_after(char count) { return std::string(1, count) + std::string(11, '\0'); }

const Part kMetaPart{ItemKind::kMeta, R"({"made":1,"host":"h","version":"v"})"};
const Part kConfigPart{ItemKind::kConfig, ""};
const Part kKeysPart{ItemKind::kKeys, std::string(kKeyText)};

TEST(BackupFile, IsRefusedWhereWellSealedPartsMakeNoSense) {
  const Part good_end{ItemKind::kEnd, end_after(3)};
  EXPECT_TRUE(open(sealed({kMetaPart, kConfigPart, kKeysPart, good_end})));
  const std::vector<std::vector<Part>> bad = {
      {kMetaPart, kConfigPart, kKeysPart, {ItemKind::kEnd, end_after(2)}},
      {kMetaPart, kConfigPart, kKeysPart, {ItemKind::kEnd, "short"}},
      {kConfigPart, kMetaPart, kKeysPart, good_end},
      {kMetaPart, kConfigPart, kConfigPart, good_end},
      {kMetaPart, kConfigPart, {ItemKind::kEnd, end_after(2)}},
      {{ItemKind::kEnd, end_after(0)}},
      {{ItemKind::kMeta, "no JSON"}, kConfigPart, kKeysPart, good_end},
      {{ItemKind::kMeta, R"({"made":"1","host":"h","version":"v"})"}, kConfigPart, kKeysPart, good_end},
      {{ItemKind::kMeta, "[]"}, kConfigPart, kKeysPart, good_end},
      {kMetaPart, {ItemKind::kConfig, "issuer = 7\n"}, kKeysPart, good_end},
      {kMetaPart, kConfigPart, {ItemKind::kKeys, "record\n"}, good_end},
      {kMetaPart, kConfigPart, {ItemKind::kRecord, ""}, kKeysPart, {ItemKind::kEnd, end_after(4)}},
      {kMetaPart, kConfigPart, {ItemKind::kRecord, "\x05" + std::string(7872, '\0')}, kKeysPart, good_end},
      {kMetaPart,
       kConfigPart,
       {ItemKind::kRecord,
        "\x01"
        "a" +
            std::string(7872, '\xFF')},
       kKeysPart,
       {ItemKind::kEnd, end_after(4)}},
  };
  for (const auto& parts : bad) EXPECT_FALSE(open(sealed(parts))) << parts.size();
}

TEST(BackupFile, HoldsEachUserOnce) {
  SecretBytes record(kEncodedRecordBytes);
  encode_record(*full(), std::span<std::uint8_t, kEncodedRecordBytes>(record.bytes().data(), kEncodedRecordBytes));
  const Part alice{ItemKind::kRecord,
                   "\x05"
                   "alice" +
                       std::string(record.text())};
  EXPECT_TRUE(open(sealed({kMetaPart, kConfigPart, alice, kKeysPart, {ItemKind::kEnd, end_after(4)}})));
  const auto twice = open(sealed({kMetaPart, kConfigPart, alice, alice, kKeysPart, {ItemKind::kEnd, end_after(5)}}));
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().why, "holds two records of one user");
}

TEST(BackupFile, SurvivesGarbage) {
  std::mt19937 random(20260101);  // NOLINT(cert-msc51-cpp): the same garbage each time
  for (int round = 0; round < 3000; ++round) {
    BackupBytes file(made().file.begin(), made().file.begin() + kBackupHeaderBytes);
    const std::size_t size = random() % 200;
    for (std::size_t i = 0; i < size; ++i) file.push_back(static_cast<std::uint8_t>(random()));
    if (size > 4) {
      file[kBackupHeaderBytes] = static_cast<std::uint8_t>(random() % 7);  // a kind that may be one
      if (round % 2 == 0)
        file[kBackupHeaderBytes + 2] = file[kBackupHeaderBytes + 3] = file[kBackupHeaderBytes + 4] = 0;
    }
    EXPECT_FALSE(open(file));
    file.erase(file.begin(), file.begin() + kBackupHeaderBytes);
    EXPECT_FALSE(Backup::open(file, SecretBytes(kPassphrase), "F"));
  }
}

TEST(BackupFile, OfAnotherFormatIsNamedSo) {
  auto file = made().file;
  file[8] = 2;
  ASSERT_EQ(::EVP_Q_digest(nullptr, "SHA256", nullptr, file.data(), 64, file.data() + 64, nullptr), 1);
  const auto opened = Backup::open(file, SecretBytes(kPassphrase), "F");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().text(), "F: has the unknown format 2; use the newer version that wrote it");
}

}  // namespace
}  // namespace twinlock
