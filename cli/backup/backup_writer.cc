#include <algorithm>

#include "account/little_endian.h"
#include "account/record_codec.h"
#include "cli/backup/backup.h"
#include "cli/json.h"
#include "crypto/hmac.h"

namespace twinlock {

Result<BackupWriter> BackupWriter::begin(NewBackup fresh, Write write, const BackupMeta& meta,
                                         const SecretBytes& config_text) {
  BackupWriter writer(std::move(fresh.seal), std::move(write));
  if (const auto written = writer.write_(fresh.header); !written) return written.error();
  const Json json{{"made", meta.made.seconds}, {"host", meta.host}, {"version", meta.version}};
  const SecretBytes text = json_text(json);
  if (const auto put = writer.put(ItemKind::kMeta, text.bytes()); !put) return put.error();
  if (const auto put = writer.put(ItemKind::kConfig, config_text.bytes()); !put) return put.error();
  return writer;
}

Result<void> BackupWriter::add(const Username& user, const SecretRecord& record) {
  const std::size_t name_bytes = user.text().size();
  SecretBytes content(1 + name_bytes + kEncodedRecordBytes);
  content.bytes()[0] = static_cast<std::uint8_t>(name_bytes);
  std::ranges::copy(bytes_of(user.text()), content.bytes().subspan(1).begin());
  encode_record(*record, std::span<std::uint8_t, kEncodedRecordBytes>(content.bytes().last(kEncodedRecordBytes).data(),
                                                                      kEncodedRecordBytes));
  return put(ItemKind::kRecord, content.bytes());
}

Result<void> BackupWriter::finish(const SecretBytes& key_text, std::uint32_t unreadable) {
  if (const auto put_keys = put(ItemKind::kKeys, key_text.bytes()); !put_keys) return put_keys;
  std::array<std::uint8_t, 12> end{};
  store_little_endian(next_, std::span<std::uint8_t>(end));
  store_little_endian(unreadable, std::span<std::uint8_t>(end).subspan(8));
  return put(ItemKind::kEnd, end);
}

Result<void> BackupWriter::put(ItemKind kind, std::span<const std::uint8_t> content) {
  const auto item = seal_item(seal_, next_++, kind, content);
  if (!item) return item.error();
  written_ += item->size();
  if (written_ + kBackupHeaderBytes > kLargestBackup) {
    return Error{Error::Code::kStore, "backup", "would be larger than 2 GiB",
                 "there are too many records for one file"};
  }
  return write_(*item);
}

}  // namespace twinlock
