#include "cli/setup/journal_json.h"

#include <array>

#include "cli/json.h"

namespace twinlock {
namespace {

using Phase = JournalEntry::Phase;

constexpr std::string_view kHexDigits = "0123456789abcdef";

/// Where the bytes are no UTF-8, which JSON needs.
std::string hex_of(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += kHexDigits[value >> 4U];
    text += kHexDigits[value & 15U];
  }
  return text;
}

std::optional<std::string> bytes_in(std::string_view hex) {
  std::string bytes;
  if (hex.size() % 2 != 0) return std::nullopt;
  for (std::size_t at = 0; at < hex.size(); at += 2) {
    const auto high = kHexDigits.find(hex[at]);
    const auto low = kHexDigits.find(hex[at + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high << 4U | low);
  }
  return bytes;
}

bool is_utf8(const std::string& bytes) {
  const std::string quoted = Json(bytes).dump(-1, ' ', true, Json::error_handler_t::replace);
  return Json::parse(quoted).get<std::string>() == bytes;
}

void put_bytes(Json& json, const std::string& key, const std::string& bytes) {
  is_utf8(bytes) ? json[key] = bytes : json[key + "_hex"] = hex_of(bytes);
}

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::kWriting: return "writing";
    case Phase::kWaiting: return "waiting";
    case Phase::kConfirmed: return "confirmed";
  }
  return {};
}

Json json_of(const JournalFile& file) {
  Json json{{"path", file.path}, {"before", nullptr}, {"makes_directory", file.makes_directory}};
  if (file.before) {
    const FileTraits& traits = file.before->traits;
    json["before"] = {{"owner", traits.user}, {"group", traits.group}, {"mode", traits.mode}};
    for (const auto& [name, value] : traits.attributes) json["before"]["attributes"][name] = hex_of(value);
    put_bytes(json["before"], "content", file.before->content);
  }
  put_bytes(json, "after", file.after);
  return json;
}

/// Takes values out of a JSON object, and remembers whether all of them were there and of their kind.
class Taker {
 public:
  explicit Taker(const Json& json) : json_(json), good_(json.is_object()) {}

  template <typename Number>
  Number number(const char* key) {
    const Json* value = find(key);
    good_ = good_ && value != nullptr && value->is_number_integer();
    return good_ ? value->get<Number>() : Number{};
  }
  bool truth(const char* key) {
    const Json* value = find(key);
    good_ = good_ && value != nullptr && value->is_boolean();
    return good_ && value->get<bool>();
  }
  std::string text(const std::string& key) {
    const Json* value = find(key);
    good_ = good_ && value != nullptr && value->is_string();
    return good_ ? value->get<std::string>() : "";
  }
  std::string bytes(const std::string& key) {
    if (find(key + "_hex") == nullptr) return text(key);
    const auto bytes = bytes_in(text(key + "_hex"));
    good_ = good_ && bytes;
    return bytes.value_or("");
  }
  const Json* find(const std::string& key) const {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(key);
    return found == json_.end() ? nullptr : &*found;
  }
  void insist(bool condition) { good_ = good_ && condition; }
  [[nodiscard]] bool good() const { return good_; }

 private:
  const Json& json_;
  bool good_;
};

/// There need not be any.
FileAttributes attributes_in(Taker& state) {
  FileAttributes attributes;
  const Json* list = state.find("attributes");
  if (list == nullptr) return attributes;
  state.insist(list->is_object());
  for (const auto& [name, value] : list->items()) {
    const auto bytes = value.is_string() ? bytes_in(value.get<std::string>()) : std::nullopt;
    state.insist(bytes.has_value());
    attributes.emplace(name, bytes.value_or(""));
  }
  return attributes;
}

std::optional<JournalFile> file_in(const Json& json) {
  Taker taker(json);
  JournalFile file{taker.text("path"), std::nullopt, taker.bytes("after"), taker.truth("makes_directory")};
  const Json* before = taker.find("before");
  taker.insist(before != nullptr);
  if (taker.good() && !before->is_null()) {
    Taker state(*before);
    file.before = FileState{state.bytes("content"),
                            {state.number<std::uint32_t>("owner"), state.number<std::uint32_t>("group"),
                             state.number<std::uint32_t>("mode"), attributes_in(state)}};
    taker.insist(state.good());
  }
  return taker.good() ? std::optional(file) : std::nullopt;
}

std::optional<Phase> phase_in(const std::string& name) {
  for (const Phase phase : {Phase::kWriting, Phase::kWaiting, Phase::kConfirmed}) {
    if (name_of(phase) == name) return phase;
  }
  return std::nullopt;
}

void take_files(Taker& taker, std::vector<JournalFile>& files) {
  const Json* list = taker.find("files");
  taker.insist(list != nullptr && list->is_array());
  if (!taker.good()) return;
  for (const Json& json : *list) {
    auto file = file_in(json);
    taker.insist(file.has_value());
    if (file) files.push_back(std::move(*file));
  }
}

}  // namespace

std::string journal_text(const JournalEntry& entry) {
  Json json{{"service", entry.service},
            {"number", entry.number},
            {"phase", name_of(entry.phase)},
            {"made", entry.made.seconds},
            {"deadline", entry.deadline.time.seconds},
            {"deadline_since_boot", entry.deadline.since_boot},
            {"boot_id", entry.deadline.boot_id},
            {"files", Json::array()}};
  for (const JournalFile& file : entry.files) json["files"].push_back(json_of(file));
  if (entry.watcher) json["watcher"] = {{"pid", entry.watcher->pid}, {"started", entry.watcher->started}};
  return json.dump(2) + "\n";
}

std::optional<JournalEntry> journal_entry_in(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  Taker taker(json);
  JournalEntry entry;
  entry.service = taker.text("service");
  entry.number = taker.number<std::uint32_t>("number");
  const auto phase = phase_in(taker.text("phase"));
  taker.insist(phase.has_value());
  entry.phase = phase.value_or(Phase::kWriting);
  entry.made = {taker.number<std::int64_t>("made")};
  entry.deadline = {{taker.number<std::int64_t>("deadline")},
                    taker.number<std::int64_t>("deadline_since_boot"),
                    taker.text("boot_id")};
  take_files(taker, entry.files);
  if (const Json* watcher = taker.find("watcher")) {
    Taker process(*watcher);
    entry.watcher = ProcessIdentity{process.number<std::int32_t>("pid"), process.number<std::uint64_t>("started")};
    taker.insist(process.good());
  }
  return taker.good() ? std::optional(entry) : std::nullopt;
}

}  // namespace twinlock
