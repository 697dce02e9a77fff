#include "cli/backup/backup_format.h"

#include <openssl/evp.h>

#include <algorithm>
#include <string>

#include "account/little_endian.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "crypto/scrypt.h"
#include "crypto/seal.h"

namespace twinlock {
namespace {

constexpr std::string_view kMagic = "TWINBACK";
constexpr std::uint16_t kFormat = 1;
constexpr std::size_t kFormatAt = 8;
constexpr std::size_t kSaltAt = 16;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kVerifierAt = 32;
constexpr std::size_t kDigestAt = 64;
constexpr std::size_t kDigestBytes = 32;
static_assert(kDigestAt + kDigestBytes == kBackupHeaderBytes);

constexpr ScryptCost kCost{std::uint64_t{1} << 17U, 8, 1};  // 128 MiB (MUST 2)
constexpr std::size_t kDerivedBytes = 64;

using Digest = std::array<std::uint8_t, kDigestBytes>;
using Bytes = std::span<const std::uint8_t>;

Result<Digest> digest_of(Bytes bytes) {
  Digest digest{};
  if (::EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), digest.data(), nullptr) == 1) {
    return digest;
  }
  return Error{Error::Code::kCrypto, "SHA-256", "OpenSSL refused to work", ""};
}

Error refused(const std::string& path, std::string why, std::string mend) {
  return {Error::Code::kStore, path, std::move(why), std::move(mend)};
}

/// Key and verifier.
Result<SecretBytes> derive(const SecretBytes& passphrase, Bytes salt) {
  return scrypt(passphrase.bytes(), salt, kCost, kDerivedBytes);
}

Result<void> check_header(Bytes file, const std::string& path) {
  const std::size_t there = std::min(file.size(), kMagic.size());
  if (there == 0 || !std::ranges::equal(file.first(there), bytes_of(kMagic).first(there))) {
    return refused(path, "is no backup of twinlock", "name the file that 'twinlock backup' wrote");
  }
  if (file.size() < kBackupHeaderBytes) return refused(path, "is cut off", "use another backup");
  const auto digest = digest_of(file.first(kDigestAt));
  if (!digest) return digest.error();
  if (!std::ranges::equal(file.subspan(kDigestAt, kDigestBytes), *digest)) {
    return refused(path, "is damaged in its header", "use another backup");
  }
  const auto format = load_little_endian<std::uint16_t>(file.subspan(kFormatAt));
  if (format == kFormat) return done();
  return refused(path, "has the unknown format " + std::to_string(format), "use the newer version that wrote it");
}

constexpr std::size_t kAssociatedBytes = kDigestBytes + 8 + kItemHeadBytes;

/// What the seal of an item covers besides its content.
struct ItemLabel {
  SealNonce nonce{};
  std::array<std::uint8_t, kAssociatedBytes> associated{};
};

ItemLabel label_of(const BackupSeal& seal, std::uint64_t index, Bytes head) {
  ItemLabel label;
  store_little_endian(index, std::span(label.nonce).subspan(4));
  const std::span<std::uint8_t> associated(label.associated);
  std::ranges::copy(seal.header_digest, associated.begin());
  store_little_endian(index, associated.subspan(kDigestBytes));
  std::ranges::copy(head, associated.subspan(kDigestBytes + 8).begin());
  return label;
}

}  // namespace

Result<NewBackup> begin_backup(const SecretBytes& passphrase) {
  NewBackup fresh{BackupBytes(kBackupHeaderBytes), {}};
  const std::span<std::uint8_t> header(fresh.header);
  std::ranges::copy(kMagic, header.begin());
  store_little_endian(kFormat, header.subspan(kFormatAt));
  const auto salt = header.subspan(kSaltAt, kSaltBytes);
  if (const auto drawn = fill_random(salt); !drawn) return drawn.error();
  const auto derived = derive(passphrase, salt);
  if (!derived) return derived.error();
  fresh.seal.key = SecretBytes(derived->bytes().first(kSealKeyBytes));
  std::ranges::copy(derived->bytes().subspan(kSealKeyBytes), header.subspan(kVerifierAt).begin());
  const auto digest = digest_of(header.first(kDigestAt));
  if (!digest) return digest.error();
  fresh.seal.header_digest = *digest;
  std::ranges::copy(*digest, header.subspan(kDigestAt).begin());
  return fresh;
}

Result<BackupSeal> open_header(Bytes file, const SecretBytes& passphrase, const std::string& path) {
  if (const auto checked = check_header(file, path); !checked) return checked.error();
  const auto derived = derive(passphrase, file.subspan(kSaltAt, kSaltBytes));
  if (!derived) return derived.error();
  const auto verifier = file.subspan(kVerifierAt, kDerivedBytes - kSealKeyBytes);
  if (!equal_in_constant_time(derived->bytes().subspan(kSealKeyBytes), verifier)) {
    return Error{Error::Code::kRefused, path, "was sealed with another passphrase", "type the passphrase again"};
  }
  BackupSeal seal{SecretBytes(derived->bytes().first(kSealKeyBytes)), {}};
  std::ranges::copy(file.subspan(kDigestAt, kDigestBytes), seal.header_digest.begin());
  return seal;
}

Result<BackupBytes> seal_item(const BackupSeal& seal, std::uint64_t index, ItemKind kind, Bytes content) {
  BackupBytes item(kItemHeadBytes + content.size() + kSealTagBytes);
  const std::span<std::uint8_t> bytes(item);
  item[0] = static_cast<std::uint8_t>(kind);
  store_little_endian(static_cast<std::uint32_t>(content.size()), bytes.subspan(1));
  const ItemLabel label = label_of(seal, index, bytes.first(kItemHeadBytes));
  const SealInput input{seal.key.bytes(), label.nonce, label.associated};
  if (const auto sealed = twinlock::seal(input, content, bytes.subspan(kItemHeadBytes)); !sealed) return sealed.error();
  return item;
}

Result<std::uint64_t> item_length(std::span<const std::uint8_t, kItemHeadBytes> head) {
  if (head[0] < static_cast<std::uint8_t>(ItemKind::kMeta) || head[0] > static_cast<std::uint8_t>(ItemKind::kEnd)) {
    return refused("backup", "is damaged", "use another backup");
  }
  return std::uint64_t{kItemHeadBytes} + load_little_endian<std::uint32_t>(head.subspan<1>()) + kSealTagBytes;
}

Result<SealedItem> find_item(Bytes rest, std::uint64_t index) {
  const Error cut_off = refused("backup", "is cut off", "use another backup");
  if (rest.size() < kItemHeadBytes) return cut_off;
  const auto length = item_length(rest.first<kItemHeadBytes>());
  if (!length) return length.error();
  if (rest.size() < *length) return cut_off;
  return SealedItem{ItemKind{rest[0]}, index, rest.first(static_cast<std::size_t>(*length))};
}

Result<SecretBytes> open_item(const BackupSeal& seal, const SealedItem& item) {
  const ItemLabel label = label_of(seal, item.index, item.bytes.first(kItemHeadBytes));
  auto content = unseal({seal.key.bytes(), label.nonce, label.associated}, item.bytes.subspan(kItemHeadBytes));
  if (content || content.error().code == Error::Code::kCrypto) return content;
  return refused("backup", "is damaged", "use another backup");
}

}  // namespace twinlock
