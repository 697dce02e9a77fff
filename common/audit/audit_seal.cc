#include "audit/audit_seal.h"

#include <nlohmann/json.hpp>

#include "audit/line_start.h"
#include "base/clock.h"
#include "crypto/hkdf.h"

namespace twinlock {
namespace {

using Json = nlohmann::ordered_json;

// The NUL: no purpose is another's prefix.
constexpr std::string_view kSealPurpose{"twinlock audit seal 1\0", 22};
constexpr std::string_view kHeadPurpose{"twinlock audit head 1\0", 22};
constexpr std::string_view kPseudonymPurpose{"twinlock audit pseudonym 1\0", 27};
constexpr std::size_t kKeyBytes = 32;

constexpr std::string_view kBehindTime = R"(","event":"seal",)";
constexpr std::string_view kBeforeMac = R"(,"mac":")";
constexpr std::string_view kBehindMac = R"("})";
constexpr std::size_t kMacDigits = 64;
constexpr std::size_t kLongestBoot = 64;

bool read_number(const Json& json, const char* name, std::uint64_t& number) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number_unsigned()) return false;
  number = found->get<std::uint64_t>();
  return true;
}

bool read_text(const Json& json, const char* name, std::string& text) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_string()) return false;
  text = found->get<std::string>();
  return true;
}

bool read_digest(const Json& json, const char* name, Digest& digest) {
  std::string text;
  if (!read_text(json, name, text)) return false;
  const auto parsed = digest_from_hex(text);
  if (parsed) digest = *parsed;
  return parsed.has_value();
}

/// True, also where it is absent; false where it is no text.
bool read_words(const Json& json, const char* name, std::string& words) {
  return !json.contains(name) || read_text(json, name, words);
}

bool read_time(const Json& json, UnixTime& time) {
  std::string text;
  if (!read_text(json, "time", text)) return false;
  const auto parsed = parse_rfc3339(text);
  if (parsed) time = *parsed;
  return parsed.has_value();
}

}  // namespace

Result<AuditKeys> derive_audit_keys(const MasterKey& audit) {
  AuditKeys keys;
  const std::pair<std::string_view, SecretBytes*> purposes[] = {
      {kSealPurpose, &keys.seal}, {kHeadPurpose, &keys.head}, {kPseudonymPurpose, &keys.pseudonym}};
  for (const auto& [purpose, key] : purposes) {
    auto derived = hkdf_expand(audit.bytes.bytes(), bytes_of(purpose), kKeyBytes);
    if (!derived) return derived.error();
    *key = std::move(*derived);
  }
  return keys;
}

Result<SealLine> with_mac(std::string object, const SecretBytes& key) {
  object.pop_back();
  const auto mac = hmac_sha256(key.bytes(), {bytes_of(object)});
  if (!mac) return mac.error();
  object.append(kBeforeMac).append(hex_of(*mac)).append(kBehindMac);
  return SealLine{std::move(object), *mac};
}

std::optional<MacParts> split_mac(std::string_view line) {
  constexpr std::size_t kEnd = kBeforeMac.size() + kMacDigits + kBehindMac.size();
  if (line.size() <= kEnd) return std::nullopt;
  const auto before = line.substr(0, line.size() - kEnd);
  const auto end = line.substr(before.size());
  if (!end.starts_with(kBeforeMac) || !end.ends_with(kBehindMac)) return std::nullopt;
  const auto mac = digest_from_hex(end.substr(kBeforeMac.size(), kMacDigits));
  if (!mac) return std::nullopt;
  return MacParts{before, *mac};
}

Result<SealLine> seal_line(const Seal& seal, const SecretBytes& key) {
  Json json;
  json["time"] = rfc3339(seal.time);
  json["event"] = "seal";
  json["sequence"] = seal.sequence;
  json["lines"] = seal.lines;
  json["missed"] = seal.missed;
  json["boot"] = seal.boot;
  json["digest"] = hex_of(seal.digest);
  json["previous"] = hex_of(seal.previous);
  if (!seal.lost.empty()) json["lost"] = seal.lost;
  if (!seal.broken.empty()) json["break"] = seal.broken;
  return with_mac(json.dump(-1, ' ', true, Json::error_handler_t::replace), key);
}

bool begins_like_a_seal(std::string_view line) {
  return line.size() > kBeforeTime.size() + kTimeBytes + kBehindTime.size() && line.starts_with(kBeforeTime) &&
         line.substr(kBeforeTime.size() + kTimeBytes).starts_with(kBehindTime);
}

std::optional<Seal> parse_seal(std::string_view line) {
  if (!begins_like_a_seal(line)) return std::nullopt;
  const auto parts = split_mac(line);
  if (!parts) return std::nullopt;
  const Json json = Json::parse(line, nullptr, false);
  Seal seal;
  const bool whole = json.is_object() && read_time(json, seal.time) && read_number(json, "sequence", seal.sequence) &&
                     read_number(json, "lines", seal.lines) && read_number(json, "missed", seal.missed) &&
                     read_text(json, "boot", seal.boot) && read_digest(json, "digest", seal.digest) &&
                     read_digest(json, "previous", seal.previous) && read_words(json, "lost", seal.lost) &&
                     read_words(json, "break", seal.broken);
  if (!whole || seal.boot.size() > kLongestBoot) return std::nullopt;
  seal.mac = parts->mac;
  return seal;
}

Result<bool> is_authentic(std::string_view line, const Seal& seal, const SecretBytes& key) {
  const auto parts = split_mac(line);
  if (!parts) return false;
  const auto mac = hmac_sha256(key.bytes(), {bytes_of(parts->before)});
  if (!mac) return mac.error();
  return equal_in_constant_time(*mac, seal.mac);
}

}  // namespace twinlock
