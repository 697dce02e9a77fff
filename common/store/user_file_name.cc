#include "store/user_file_name.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "crypto/hmac.h"

namespace twinlock {
namespace {

constexpr std::size_t kMaxEncodedBytes = 200;
constexpr char kHashMark = '~';
constexpr std::size_t kHashDigits = 64;
constexpr std::string_view kUpperDigits = "0123456789ABCDEF";
constexpr std::string_view kLowerDigits = "0123456789abcdef";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '@' ||
         c == '-' || c == '.';
}

void append_hex(std::string& text, std::uint8_t byte, std::string_view digits) {
  text += digits[byte >> 4U];
  text += digits[byte & 0x0FU];
}

std::string percent_encoded(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (is_plain(c) && !(c == '.' && text.empty())) {
      text += c;
    } else {
      text += '%';
      append_hex(text, static_cast<std::uint8_t>(c), kUpperDigits);
    }
  }
  return text;
}

Result<std::string> hashed(std::string_view name) {
  std::array<std::uint8_t, kHashDigits / 2> digest{};
  std::size_t length = 0;
  const bool worked = ::EVP_Q_digest(nullptr, "SHA256", nullptr, name.data(), name.size(), digest.data(), &length) == 1;
  if (!worked || length != digest.size()) return Error{Error::Code::kCrypto, "SHA-256", "OpenSSL refused to work", ""};
  std::string text(1, kHashMark);
  for (const auto byte : digest) append_hex(text, byte, kLowerDigits);
  return text;
}

/// The byte of "%XX" at the beginning of `text`; nothing if it is not one.
std::optional<char> escaped_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return std::nullopt;
  const auto high = kUpperDigits.find(text[1]);
  const auto low = kUpperDigits.find(text[2]);
  if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
  return static_cast<char>(static_cast<unsigned char>(high * 16 + low));
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    const auto escaped = escaped_byte(text);
    if (!escaped && !is_plain(text.front())) return std::nullopt;
    name += escaped ? *escaped : text.front();
    text.remove_prefix(escaped ? 3 : 1);
  }
  return name;
}

}  // namespace

Result<std::string> user_file_name(const Username& user) {
  auto text = percent_encoded(user.text());
  if (text.size() > kMaxEncodedBytes) return hashed(user.text());
  return text;
}

std::optional<Username> user_of_file_name(std::string_view file_name) {
  const auto name = percent_decoded(file_name);
  if (!name || file_name.size() > kMaxEncodedBytes) return std::nullopt;
  // One user, one file: what decodes but would be written otherwise ("%61lice") is not ours.
  if (percent_encoded(*name) != file_name) return std::nullopt;
  const auto user = Username::parse(*name);
  if (!user) return std::nullopt;
  return *user;
}

bool is_hashed_file_name(std::string_view file_name) {
  return file_name.size() == 1 + kHashDigits && file_name.front() == kHashMark &&
         file_name.find_first_not_of(kLowerDigits, 1) == std::string_view::npos;
}

}  // namespace twinlock
