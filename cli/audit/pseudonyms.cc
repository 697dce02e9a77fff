#include "cli/audit/pseudonyms.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "crypto/hmac.h"

namespace twinlock {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kPseudonymBytes = 10;  // 16 characters of base32
constexpr std::string_view kLocal = "local";
constexpr std::array kAsTheyAre = {"time", "event", "service", "verdict", "token", "host"};

std::string base32_of(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::string text;
  unsigned bits = 0;
  unsigned held = 0;
  for (const auto byte : bytes) {
    held = (held << 8U | byte) & 0xFFFFU;
    for (bits += 8; bits >= 5; bits -= 5) text += kAlphabet[held >> (bits - 5) & 31U];
  }
  return text;
}

/// The kind stands in front, ended by a NUL, so that no name and address share a pseudonym.
Result<std::string> pseudonym(std::string_view kind, std::string_view text, const SecretBytes& key) {
  constexpr std::string_view kEnd("\0", 1);
  const auto mac = hmac_sha256(key.bytes(), {bytes_of(kind), bytes_of(kEnd), bytes_of(text)});
  if (!mac) return mac.error();
  return std::string(kind) + "-" + base32_of(std::span(*mac).first(kPseudonymBytes));
}

/// Puts the pseudonym of one field, where that is a text.
Result<void> put(Json& to, const Json& from, const char* name, decltype(&person_pseudonym) make,
                 const SecretBytes& key) {
  const auto found = from.find(name);
  to[name] = nullptr;
  if (found == from.end() || !found->is_string()) return done();
  const auto made = make(found->get<std::string>(), key);
  if (!made) return made.error();
  to[name] = *made;
  return done();
}

}  // namespace

Result<std::string> person_pseudonym(std::string_view name, const SecretBytes& key) {
  return pseudonym("p", name, key);
}

Result<std::string> address_pseudonym(std::string_view address, const SecretBytes& key) {
  if (address == kLocal) return std::string(address);
  return pseudonym("a", address, key);
}

Result<std::string> with_pseudonyms(std::string_view line, const SecretBytes& key) {
  const Json parsed = Json::parse(line, nullptr, false);
  Json json;
  for (const char* name : {"time", "event", "user", "service", "address", "verdict", "token", "host", "actor"}) {
    Result<void> added = done();
    if (std::ranges::find(kAsTheyAre, std::string_view(name)) != kAsTheyAre.end()) {
      json[name] = parsed.contains(name) ? parsed.at(name) : Json();
    } else {
      added = put(json, parsed, name, std::string_view(name) == "address" ? address_pseudonym : person_pseudonym, key);
    }
    if (!added) return added.error();
  }
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace twinlock
