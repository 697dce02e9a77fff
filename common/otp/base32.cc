// Decoding is done here and not by oath_base32_decode: that frees a copy of the secret without wiping it.
#include "otp/base32.h"

#include <liboath/oath.h>

#include <cstdlib>
#include <memory>
#include <optional>

namespace twinlock {
namespace {

/// liboath's output: wiped before it is freed.
struct WipedFree {
  std::size_t size = 0;
  void operator()(char* text) const noexcept {
    wipe(text, size);
    std::free(text);
  }
};

std::string_view without_padding(std::string_view text) {
  const std::size_t end = text.find_last_not_of("= -");
  return text.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

std::optional<std::uint32_t> value_of(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a');
  if (c >= '2' && c <= '7') return static_cast<std::uint32_t>(c - '2' + 26);
  return std::nullopt;
}

Error not_base32(std::string_view why) {
  constexpr const char* kMend = "give it in base32: the letters A to Z and the digits 2 to 7";
  return {Error::Code::kUsage, "secret", std::string(why), kMend};
}

/// Collects groups of 5 bits and hands out bytes.
class BitQueue {
 public:
  explicit BitQueue(std::span<std::uint8_t> output) : output_(output) {}
  ~BitQueue() { wipe(&bits_, sizeof bits_); }
  BitQueue(const BitQueue&) = delete;
  BitQueue& operator=(const BitQueue&) = delete;

  void push(std::uint32_t group) {
    bits_ = (bits_ << 5 | group) & 0xFFF;
    waiting_ += 5;
    if (waiting_ < 8) return;
    waiting_ -= 8;
    output_[written_++] = static_cast<std::uint8_t>(bits_ >> waiting_);
  }
  [[nodiscard]] std::size_t written() const { return written_; }
  /// Fewer than one character's worth of bits are left over, as after every whole number of bytes.
  [[nodiscard]] bool ends_well() const { return waiting_ < 5; }

 private:
  std::span<std::uint8_t> output_;
  std::size_t written_ = 0;
  std::uint32_t bits_ = 0;
  unsigned waiting_ = 0;
};

}  // namespace

Result<SecretBytes> encode_base32(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return SecretBytes();
  char* output = nullptr;
  std::size_t size = 0;
  const int outcome = ::oath_base32_encode(reinterpret_cast<const char*>(bytes.data()), bytes.size(), &output, &size);
  if (outcome != OATH_OK) return Error{Error::Code::kCrypto, "base32", ::oath_strerror(outcome), ""};
  const std::unique_ptr<char, WipedFree> owned(output, WipedFree{size});
  return SecretBytes(without_padding({output, size}));
}

Result<SecretBytes> decode_base32(std::string_view text) {
  const std::string_view digits = without_padding(text);
  SecretBytes decoded(digits.size() * 5 / 8);
  BitQueue queue(decoded.bytes());
  for (const char c : digits) {
    if (c == ' ' || c == '-') continue;
    const auto value = value_of(c);
    if (!value) return not_base32("holds a character that base32 has not");
    queue.push(*value);
  }
  if (!queue.ends_well()) return not_base32("is cut off or has a character too many");
  decoded.shrink(queue.written());
  return decoded;
}

}  // namespace twinlock
