#include "crypto/keyring.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <limits>
#include <string>

#include "crypto/hkdf.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "crypto/seal.h"

namespace twinlock {
namespace {

constexpr std::string_view kRecordWord = "record";
constexpr std::string_view kAuditWord = "audit";
constexpr std::size_t kIdDigits = 8;
constexpr std::string_view kRecordPurpose{"twinlock record 1\0", 18};  // the NUL: no purpose is another's prefix

int value_of_hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// True, and `bytes` filled, if `text` is exactly two hex digits for each of them.
bool read_hex(std::string_view text, std::span<std::uint8_t> bytes) {
  if (text.size() != bytes.size() * 2) return false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = value_of_hex_digit(text[2 * i]);
    const int low = value_of_hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

bool read_id(std::string_view text, KeyId& id) {
  std::array<std::uint8_t, kIdDigits / 2> bytes{};
  if (!read_hex(text, bytes)) return false;
  for (const auto byte : bytes) id.value = id.value << 8U | byte;
  return id.value != 0;
}

/// Decimal digits only: no sign, no blanks.
bool read_time(std::string_view text, UnixTime& time) {
  if (text.empty() || text.front() == '-') return false;
  const auto end = text.data() + text.size();
  const auto [stop, flaw] = std::from_chars(text.data(), end, time.seconds);
  return flaw == std::errc() && stop == end;
}

/// Cuts `rest` at the first `separator` and returns what stood before it.
std::string_view cut(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

/// The next run of characters other than blanks; empty at the end.
std::string_view next_word(std::string_view& rest) {
  const auto begin = rest.find_first_not_of(' ');
  rest.remove_prefix(begin == std::string_view::npos ? rest.size() : begin);
  return cut(rest, ' ');
}

bool is_skipped(std::string_view line) {
  return line.find_first_not_of(' ') == std::string_view::npos || line.front() == '#';
}

/// Collects the keys of a file line by line. A flaw is told as the reason of an Error, empty where there is none.
class KeyLines {
 public:
  std::string_view add(std::string_view line) {
    const auto purpose = next_word(line);
    if (purpose != kRecordWord && purpose != kAuditWord) return "does not begin with 'record' or 'audit'";
    MasterKey key{{}, {}, SecretBytes(kSealKeyBytes)};
    if (!read_id(next_word(line), key.id)) return "has no key id of 8 hex digits other than zero";
    if (!read_time(next_word(line), key.created)) return "has no creation time in Unix seconds";
    if (!read_hex(next_word(line), key.bytes.bytes())) return "has no key of 64 hex digits";
    if (!next_word(line).empty()) return "has something behind the key";
    if (is_known(key)) return "repeats a key id or a key";
    if (purpose == kAuditWord && !audit.bytes.empty()) return "is a second audit key";
    if (purpose == kAuditWord)
      audit = std::move(key);
    else
      records.push_back(std::move(key));
    return "";
  }

  std::vector<MasterKey> records;
  MasterKey audit;  ///< Without bytes until its line came.

 private:
  [[nodiscard]] bool is_known(const MasterKey& key) const {
    const auto equals = [&](const MasterKey& other) {
      return other.id == key.id || equal_in_constant_time(other.bytes.bytes(), key.bytes.bytes());
    };
    return equals(audit) || std::ranges::any_of(records, equals);
  }
};

bool is_line_of(KeyId id, std::string_view line) {
  KeyId named;
  return next_word(line) == kRecordWord && read_id(next_word(line), named) && named == id;
}

Error flawed(std::string what, std::string_view why) {
  return {Error::Code::kStore, std::move(what), std::string(why), "put the key file back from a backup"};
}

/// Appends to a buffer of fixed size, so that no copy of a key stays behind in memory that was given back.
class SecretWriter {
 public:
  explicit SecretWriter(std::size_t capacity) : text_(capacity) {}

  void add(std::string_view part) {
    std::ranges::copy(part, text_.bytes().begin() + static_cast<std::ptrdiff_t>(length_));
    length_ += part.size();
  }
  void add_hex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (const auto byte : bytes) {
      add(kDigits.substr(byte >> 4U, 1));
      add(kDigits.substr(byte & 0x0FU, 1));
    }
  }
  SecretBytes finish() && {
    text_.shrink(length_);
    return std::move(text_);
  }

 private:
  SecretBytes text_;
  std::size_t length_ = 0;
};

using KeyIdBytes = std::array<std::uint8_t, kIdDigits / 2>;

Result<KeyIdBytes> draw_id() {
  KeyIdBytes id{};
  while (id == KeyIdBytes{}) {
    if (const auto filled = fill_random(id); !filled) return filled.error();
  }
  return id;
}

Result<void> add_key_line(SecretWriter& out, std::string_view purpose, const KeyIdBytes& id, UnixTime now) {
  SecretBytes key(kSealKeyBytes);
  if (const auto filled = fill_random(key.bytes()); !filled) return filled;
  out.add(purpose);
  out.add(" ");
  out.add_hex(id);
  out.add(" " + std::to_string(now.seconds) + " ");
  out.add_hex(key.bytes());
  out.add("\n");
  return done();
}

constexpr std::string_view kHeader =
    "# The keys of twinlock. Whoever has them and the records can compute every code; without them no record opens.\n"
    "# Keep a copy apart from the backup of the records. 'twinlock key' adds and retires keys.\n";
constexpr std::size_t kMaxLine = 128;

}  // namespace

std::string text_of(KeyId id) {
  std::array<char, kIdDigits + 1> text{};
  std::snprintf(text.data(), text.size(), "%08x", static_cast<unsigned>(id.value));
  return text.data();
}

std::optional<KeyId> parse_key_id(std::string_view text) {
  KeyId id;
  return read_id(text, id) ? std::optional(id) : std::nullopt;
}

Result<Keyring> Keyring::parse(std::string_view text, std::string_view path) {
  KeyLines lines;
  const std::string file(path);
  for (int number = 1; !text.empty(); ++number) {
    const auto line = cut(text, '\n');
    if (is_skipped(line)) continue;
    const auto flaw = lines.add(line);
    if (!flaw.empty()) return flawed(file + ":" + std::to_string(number), flaw);
  }
  if (lines.records.empty()) return flawed(file, "holds no record key");
  if (lines.audit.bytes.empty()) return flawed(file, "holds no audit key");
  Keyring keyring;
  keyring.records_ = std::move(lines.records);
  keyring.audit_ = std::move(lines.audit);
  return keyring;
}

Result<SecretBytes> Keyring::generate(UnixTime now) {
  const auto record_id = draw_id();
  if (!record_id) return record_id.error();
  auto audit_id = draw_id();
  while (audit_id && *audit_id == *record_id) audit_id = draw_id();
  if (!audit_id) return audit_id.error();

  SecretWriter out(kHeader.size() + 2 * kMaxLine);
  out.add(kHeader);
  if (const auto added = add_key_line(out, kRecordWord, *record_id, now); !added) return added.error();
  if (const auto added = add_key_line(out, kAuditWord, *audit_id, now); !added) return added.error();
  return std::move(out).finish();
}

Result<SecretBytes> Keyring::with_new_key(std::string_view text, UnixTime now) {
  const auto id = draw_id();
  if (!id) return id.error();
  SecretWriter out(text.size() + 1 + kMaxLine);
  out.add(text);
  if (!text.empty() && text.back() != '\n') out.add("\n");
  if (const auto added = add_key_line(out, kRecordWord, *id, now); !added) return added.error();
  return std::move(out).finish();
}

SecretBytes Keyring::without_key(std::string_view text, KeyId id) {
  SecretWriter out(text.size());
  while (!text.empty()) {
    const auto newline = text.find('\n');
    const auto line = text.substr(0, newline == std::string_view::npos ? newline : newline + 1);
    text.remove_prefix(line.size());
    if (!is_line_of(id, line)) out.add(line);
  }
  return std::move(out).finish();
}

const MasterKey* Keyring::find(KeyId id) const {
  const auto key = std::ranges::find(records_, id, &MasterKey::id);
  return key == records_.end() ? nullptr : &*key;
}

Result<SecretBytes> derive_record_key(const MasterKey& master, const Username& user) {
  const std::string info = std::string(kRecordPurpose) + user.text();
  return hkdf_expand(master.bytes.bytes(), bytes_of(info), kSealKeyBytes);
}

}  // namespace twinlock
