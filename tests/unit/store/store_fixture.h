// A file store in a fresh directory, and what the tests do to its files.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "crypto/keyring.h"
#include "store/file_store.h"
#include "store/record_image.h"
#include "unit/config/temporary_directory.h"

namespace twinlock::test {

using Bytes = std::vector<std::uint8_t>;

inline constexpr const char* kOldKeyLine =
    "record 00c0ffee 1700000000 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
inline constexpr const char* kNewKeyLine =
    "record 0000beef 1800000000 404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f\n";
inline constexpr const char* kAuditLine =
    "audit 0000a0d1 1700000000 808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f\n";

inline Keyring keyring_of(const std::string& lines) { return std::move(*Keyring::parse(lines, "key")); }

/// Keys that nobody rotates.
class FixedKeys final : public KeySource {
 public:
  explicit FixedKeys(Keyring keys) : keys_(std::make_shared<const Keyring>(std::move(keys))) {}
  Result<std::shared_ptr<const Keyring>> current() override { return keys_; }
  Result<std::optional<RecordLock>> hold() override { return std::optional<RecordLock>(); }
  [[nodiscard]] const Keyring& keyring() const { return *keys_; }

 private:
  std::shared_ptr<const Keyring> keys_;
};

inline Username user(std::string_view name) { return *Username::parse(name); }

/// A record that holds one number, so that states can be told apart.
inline SecretRecord record_with(std::uint32_t number) {
  SecretRecord record;
  record->uid_bound = true;
  record->uid = number;
  return record;
}

inline Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Overwrites in place: the file keeps its inode, owner and mode.
inline void write_file(const std::string& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

inline std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

class StoreTest : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<Store> make_store(std::chrono::milliseconds lock_wait) {
    return make_file_store(users, keys, lock_wait);
  }
  [[nodiscard]] std::string file(const std::string& name) const { return users + "/" + name; }
  [[nodiscard]] std::size_t files() const {
    const std::filesystem::directory_iterator all(users);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  void create(std::string_view name, std::uint32_t number) const {
    const auto created = store->create(user(name), record_with(number));
    ASSERT_TRUE(created) << created.error().text();
  }
  void save(std::string_view name, std::uint32_t number, Copies copies = Copies::kOne,
            Durability durability = Durability::kFlushed) const {
    const auto record = store->open(user(name));
    ASSERT_TRUE(record) << record.error().text();
    ASSERT_NE(*record, nullptr);
    const auto saved = (*record)->save(record_with(number), copies, durability);
    ASSERT_TRUE(saved) << saved.error().text();
  }
  /// What both ways of loading say, which must be the same: a number, "lost" and a number, "none" or the error.
  [[nodiscard]] std::string state_of(std::string_view name) const {
    const std::string locked = opened_state(name);
    const std::string read = read_state(name);
    return locked == read ? locked : "open: " + locked + ", read: " + read;
  }

  TemporaryDirectory directory;
  std::string users = directory.make_directory("users");
  FixedKeys keys{keyring_of(std::string(kOldKeyLine) + kAuditLine)};
  const Keyring& keyring = keys.keyring();
  std::unique_ptr<Store> store = make_store(std::chrono::milliseconds(50));

 private:
  static std::string words_of(const LoadedRecord& loaded) {
    return (loaded.lost_copy ? "lost " : "") + std::to_string(loaded.record->uid);
  }
  [[nodiscard]] std::string opened_state(std::string_view name) const {
    const auto record = store->open(user(name));
    if (!record) return record.error().text();
    return *record == nullptr ? "none" : words_of((*record)->loaded());
  }
  [[nodiscard]] std::string read_state(std::string_view name) const {
    const auto record = store->read(user(name));
    if (!record) return record.error().text();
    return *record ? words_of(**record) : "none";
  }
};

}  // namespace twinlock::test
