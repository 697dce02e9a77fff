#include "audit/chain_head.h"

#include <nlohmann/json.hpp>

namespace twinlock {
namespace {

using Json = nlohmann::ordered_json;

/// Reads what we wrote ourselves: the MAC has been checked, so a flaw is a newer format.
class Fields {
 public:
  explicit Fields(const Json& json) : json_(json) {}

  void read(const char* name, std::uint64_t& number) {
    if (const Json* value = find(name, &Json::is_number_unsigned)) number = value->get<std::uint64_t>();
  }
  void read(const char* name, UnixTime& time) {
    if (const Json* value = find(name, &Json::is_number_integer)) time.seconds = value->get<std::int64_t>();
  }
  void read(const char* name, std::string& text) {
    if (const Json* value = find(name, &Json::is_string)) text = value->get<std::string>();
  }
  void read(const char* name, Mac& mac) {
    std::string text;
    read(name, text);
    const auto digest = digest_from_hex(text);
    if (digest) mac = *digest;
    whole_ = whole_ && digest.has_value();
  }
  [[nodiscard]] bool whole() const { return whole_; }

 private:
  const Json* find(const char* name, bool (Json::*is_right)() const noexcept) {
    const auto found = json_.find(name);
    const bool fits = found != json_.end() && ((*found).*is_right)();
    whole_ = whole_ && fits;
    return fits ? &*found : nullptr;
  }

  const Json& json_;
  bool whole_ = true;
};

}  // namespace

Result<std::string> head_text(const ChainHead& head, const SecretBytes& key) {
  Json json;
  json["time"] = head.time.seconds;
  json["sequence"] = head.sequence;
  json["seal"] = hex_of(head.seal);
  json["device"] = head.device;
  json["inode"] = head.inode;
  json["offset"] = head.offset;
  json["boot"] = head.boot;
  json["missed"] = head.missed;
  json["lost"] = head.lost;
  json["purged"] = head.purged.seconds;
  json["leapt"] = head.leapt.seconds;
  json["start_sequence"] = head.start.sequence;
  json["start_seal"] = hex_of(head.start.seal);
  json["start_time"] = head.start.time.seconds;
  json["start_actor"] = head.start.actor;
  json["start_break"] = head.start.broken;
  const auto line = with_mac(json.dump(-1, ' ', true, Json::error_handler_t::replace), key);
  if (!line) return line.error();
  return line->text + "\n";
}

Result<std::optional<ChainHead>> parse_head(std::string_view text, const SecretBytes& key) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto parts = split_mac(text);
  if (!parts) return std::optional<ChainHead>();
  const auto mac = hmac_sha256(key.bytes(), {bytes_of(parts->before)});
  if (!mac) return mac.error();
  if (!equal_in_constant_time(*mac, parts->mac)) return std::optional<ChainHead>();
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::optional<ChainHead>();
  ChainHead head;
  Fields fields(json);
  fields.read("time", head.time);
  fields.read("sequence", head.sequence);
  fields.read("seal", head.seal);
  fields.read("device", head.device);
  fields.read("inode", head.inode);
  fields.read("offset", head.offset);
  fields.read("boot", head.boot);
  fields.read("missed", head.missed);
  fields.read("lost", head.lost);
  fields.read("purged", head.purged);
  fields.read("leapt", head.leapt);
  fields.read("start_sequence", head.start.sequence);
  fields.read("start_seal", head.start.seal);
  fields.read("start_time", head.start.time);
  fields.read("start_actor", head.start.actor);
  fields.read("start_break", head.start.broken);
  return fields.whole() ? std::optional(head) : std::nullopt;
}

}  // namespace twinlock
