#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "account/little_endian.h"
#include "account/record_codec.h"
#include "base/unique_fd.h"
#include "cli/backup/backup.h"
#include "cli/json.h"
#include "config/config_reader.h"

namespace twinlock {
namespace {

Error damaged(const std::string& why) { return {Error::Code::kStore, "backup", why, "use another backup"}; }

/// What may follow what, the beginning and kEnd being the same.
bool may_follow(ItemKind before, ItemKind kind) {
  switch (kind) {
    case ItemKind::kMeta: return before == ItemKind::kEnd;
    case ItemKind::kConfig: return before == ItemKind::kMeta;
    case ItemKind::kRecord: return before == ItemKind::kConfig || before == ItemKind::kRecord;
    case ItemKind::kKeys: return before == ItemKind::kConfig || before == ItemKind::kRecord;
    case ItemKind::kEnd: return before == ItemKind::kKeys;
  }
  return false;
}

/// As much of [offset, offset + size) as there is.
Result<BackupBytes> read_part(int fd, const std::string& path, std::uint64_t offset, std::size_t size) {
  BackupBytes bytes(size);
  std::size_t used = 0;
  while (used < size) {
    const ssize_t count = ::pread(fd, bytes.data() + used, size - used, static_cast<off_t>(offset + used));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(Error::Code::kStore, path, "read", errno);
    if (count == 0) break;
    used += static_cast<std::size_t>(count);
  }
  bytes.resize(used);
  return bytes;
}

Result<std::uint64_t> size_of(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return system_error(Error::Code::kStore, path, "examined", errno);
  if (!S_ISREG(status.st_mode)) return Error{Error::Code::kStore, path, "is not a regular file", ""};
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size <= kLargestBackup) return size;
  return Error{Error::Code::kStore, path, "is larger than any backup of twinlock", ""};
}

/// Whether items follow one another up to the end, by their heads alone: a file that something was hung on to, or that
/// is full of holes, takes no memory.
Result<void> look_at_heads(int fd, const std::string& path, std::uint64_t size) {
  for (std::uint64_t at = kBackupHeaderBytes; at < size;) {
    const auto head = read_part(fd, path, at, kItemHeadBytes);
    if (!head) return head.error();
    if (head->size() < kItemHeadBytes) return damaged("is cut off");
    const auto length = item_length(std::span<const std::uint8_t>(*head).first<kItemHeadBytes>());
    if (!length) return length.error();
    at += *length;
    if (at > size) return damaged("is cut off");
    if (ItemKind{head->front()} == ItemKind::kEnd && at < size) return damaged("has something behind its end");
  }
  return done();
}

Error named(const Error& error, const std::string& path) {
  Error about = error;
  if (about.what == "backup") about.what = path;
  return about;
}

struct NamedRecord {
  Username user;
  SecretRecord record;
};

Result<NamedRecord> parse_record(const SecretBytes& content) {
  const std::size_t name_bytes = content.empty() ? 0 : content.bytes()[0];
  if (content.size() != 1 + name_bytes + kEncodedRecordBytes) return damaged("holds a record of an impossible size");
  const auto user = Username::parse(content.text().substr(1, name_bytes));
  if (!user) return damaged("holds a record without a possible name");
  auto record = decode_record(std::span<const std::uint8_t, kEncodedRecordBytes>(
      content.bytes().last(kEncodedRecordBytes).data(), kEncodedRecordBytes));
  if (!record) return damaged("holds a record that " + record.error().why);
  return NamedRecord{*user, std::move(*record)};
}

}  // namespace

Result<Backup> Backup::read(const std::string& path, const SecretBytes& passphrase) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file) return system_error(Error::Code::kStore, path, "opened", errno);
  const auto size = size_of(file.get(), path);
  if (!size) return size.error();
  const auto header = read_part(file.get(), path, 0, kBackupHeaderBytes);
  if (!header) return header.error();
  auto seal = open_header(*header, passphrase, path);
  if (!seal) return seal.error();
  if (const auto looked = look_at_heads(file.get(), path, *size); !looked) return named(looked.error(), path);
  auto bytes = read_part(file.get(), path, 0, static_cast<std::size_t>(*size));
  if (!bytes) return bytes.error();
  return open(std::move(*bytes), std::move(*seal), path);
}

Result<Backup> Backup::open(BackupBytes file, const SecretBytes& passphrase, const std::string& path) {
  auto seal = open_header(file, passphrase, path);
  if (!seal) return seal.error();
  return open(std::move(file), std::move(*seal), path);
}

Result<Backup> Backup::open(BackupBytes file, BackupSeal seal, const std::string& path) {
  Backup backup(std::move(file), std::move(seal));
  if (const auto opened = backup.open_everything(path); !opened) return named(opened.error(), path);
  return backup;
}

Result<void> Backup::open_everything(const std::string& path) {
  auto rest = std::span<const std::uint8_t>(file_).subspan(std::min(file_.size(), kBackupHeaderBytes));
  for (std::uint64_t index = 0;; ++index) {
    const auto item = find_item(rest, index);
    if (!item) return item.error();
    const auto content = open_item(seal_, *item);
    if (!content) return content.error();
    if (!may_follow(last_, item->kind)) return damaged("holds its parts in the wrong order");
    if (const auto taken = take(*item, *content, path); !taken) return taken;
    last_ = item->kind;
    rest = rest.subspan(item->bytes.size());
    if (item->kind == ItemKind::kEnd) break;
  }
  if (!rest.empty()) return damaged("has something behind its end");
  auto sorted = users_;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) return damaged("holds two records of one user");
  return done();
}

Result<void> Backup::take(const SealedItem& item, const SecretBytes& content, const std::string& path) {
  switch (item.kind) {
    case ItemKind::kMeta: return take_meta(content);
    case ItemKind::kRecord: return take_record(item, content);
    case ItemKind::kEnd: return take_end(item, content);
    case ItemKind::kConfig: {
      config_text_ = SecretBytes(content.bytes());
      const auto config = parse_config(content.text(), path);
      return config ? done() : damaged("holds a configuration that this version cannot read: " + config.error().why);
    }
    case ItemKind::kKeys: {
      key_text_ = SecretBytes(content.bytes());
      const auto keys = Keyring::parse(content.text(), path);
      return keys ? done() : damaged("holds a key file that " + keys.error().why);
    }
  }
  return damaged("is damaged");
}

Result<void> Backup::take_meta(const SecretBytes& content) {
  const Json json = Json::parse(content.text(), nullptr, /*allow_exceptions=*/false);
  const auto holds_text = [&](const char* key) { return json.contains(key) && json[key].is_string(); };
  if (!json.is_object() || !json.contains("made") || !json["made"].is_number_integer() || !holds_text("host") ||
      !holds_text("version")) {
    return damaged("does not say when and where it was made");
  }
  meta_ = {{json["made"].get<std::int64_t>()}, json["host"].get<std::string>(), json["version"].get<std::string>()};
  return done();
}

Result<void> Backup::take_record(const SealedItem& item, const SecretBytes& content) {
  const auto parsed = parse_record(content);
  if (!parsed) return parsed.error();
  users_.push_back(parsed->user);
  records_.push_back(item);
  return done();
}

Result<void> Backup::take_end(const SealedItem& item, const SecretBytes& content) {
  if (content.size() != 12) return damaged("ends in an impossible way");
  const auto count = load_little_endian<std::uint64_t>(content.bytes());
  unreadable_ = load_little_endian<std::uint32_t>(content.bytes().subspan(8));
  return count == item.index ? done() : damaged("lacks some of its parts");
}

Result<SecretRecord> Backup::record(std::size_t at) const {
  const auto content = open_item(seal_, records_[at]);
  if (!content) return content.error();
  auto parsed = parse_record(*content);
  if (!parsed) return parsed.error();
  return std::move(parsed->record);
}

}  // namespace twinlock
