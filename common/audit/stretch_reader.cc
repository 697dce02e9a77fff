#include "audit/stretch_reader.h"

#include <nlohmann/json.hpp>

#include "audit/line_start.h"

namespace twinlock {
namespace {

/// How each line of ours ends: with an actor or a detail, or without both. Inside a JSON string no quote stands alone,
/// so a torn line can end like this only where a name begins with a brace.
bool ends_like_a_whole_line(std::string_view line) {
  if (line.ends_with(R"("actor":null})")) return true;
  return line.ends_with(R"("})") && !line.ends_with(R"(\"})") && !line.ends_with(R"(:"})");
}

/// Parsing each line would take most of the time that a look at the whole log takes.
bool is_whole(std::string_view line) {
  if (line.empty()) return true;  // see audit_log.cc: between two lines that were written at once
  if (!time_of_line(line).empty() && ends_like_a_whole_line(line)) return true;
  return nlohmann::json::accept(line);
}

}  // namespace

std::string_view time_of_line(std::string_view line) {
  if (line.size() <= kBeforeTime.size() + kTimeBytes || !line.starts_with(kBeforeTime)) return {};
  const auto time = line.substr(kBeforeTime.size(), kTimeBytes);
  return time[10] == 'T' && time.back() == 'Z' && line[kBeforeTime.size() + kTimeBytes] == '"' ? time
                                                                                               : std::string_view();
}

StretchReader::StretchReader(const SecretBytes& key, LogPlace start, SealTaker take_seal)
    : key_(key), on_seal_(std::move(take_seal)), here_(start) {
  stretch_.begin = stretch_.end = start;
}

void StretchReader::feed(std::string_view block) {
  while (!block.empty()) {
    const auto end = block.find('\n');
    const auto part = block.substr(0, end == std::string_view::npos ? end : end + 1);
    block.remove_prefix(part.size());
    if (end == std::string_view::npos) {
      pending_ += part;
    } else if (pending_.empty()) {
      take_line(part);
    } else {
      pending_ += part;
      const std::string line = std::exchange(pending_, {});
      take_line(line);
    }
  }
}

void StretchReader::take_line(std::string_view line) {
  here_.offset += line.size();
  ++here_.line;
  const auto text = line.substr(0, line.size() - 1);
  const auto seal = parse_seal(text);
  if (seal) {
    take_seal(*seal, text);
  } else {
    add_to_stretch(line);
  }
}

void StretchReader::add_to_stretch(std::string_view line) {
  digest_.add(line);
  stretch_.end = here_;
  if (line.back() == '\n') line.remove_suffix(1);
  const auto time = time_of_line(line);
  if (stretch_.first_time.empty()) stretch_.first_time = time;
  if (!time.empty()) stretch_.last_time = time;
  if (line.find('\0') != std::string_view::npos) stretch_.has_holes = true;
  if (!is_whole(line) && stretch_.torn.size() < kMostTorn) stretch_.torn.push_back(here_.line);
}

void StretchReader::take_seal(const Seal& seal, std::string_view line) {
  const auto digest = digest_.finish();
  const auto authentic = is_authentic(line, seal, key_);
  if (!digest) flaw_ = digest.error();
  if (!authentic) flaw_ = authentic.error();
  if (flaw_) return;
  stretch_.digest = *digest;
  Stretch next;
  next.begin = next.end = here_;
  on_seal_({std::exchange(stretch_, next), seal, here_, *authentic});
}

Result<Stretch> StretchReader::finish() {
  if (!pending_.empty()) {
    here_.offset += pending_.size();
    ++here_.line;
    add_to_stretch(pending_);
    pending_.clear();
  }
  const auto digest = digest_.finish();
  if (!digest && !flaw_) flaw_ = digest.error();
  if (flaw_) return *flaw_;
  stretch_.digest = *digest;
  return std::move(stretch_);
}

}  // namespace twinlock
