#include "cli/setup/stack_text.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "cli/pam_stack/pam_words.h"
#include "cli/pam_stack/stack_scenario.h"

namespace twinlock {

StackText::StackText(std::string service, std::string_view text, PamFiles files)
    : service_(std::move(service)), lines_(lines_of(text)), files_(std::move(files)) {}

PamFiles StackText::files_with(std::string text) const {
  return [this, text = std::move(text)](const std::string& name) -> std::optional<PamFile> {
    if (name == service_ || name == path()) return PamFile{path(), text};
    return files_(name);
  };
}

PamStack StackText::load() const { return load_pam_stack(files_with(text()), service_); }

std::vector<LineRange> StackText::parts() const {
  std::vector<LineRange> parts;
  const auto lines = parse_pam_lines(text());
  if (!lines) return parts;
  for (const PamLine& line : *lines) {
    parts.push_back({static_cast<std::size_t>(line.number) - 1, static_cast<std::size_t>(line.last)});
  }
  return parts;
}

PamHandlers StackText::brought_by(const LineRange& range, PamFacility facility) const {
  const auto begin = lines_.begin();
  const Lines some(begin + static_cast<std::ptrdiff_t>(range.first), begin + static_cast<std::ptrdiff_t>(range.end));
  const PamFiles files = files_with(text_of(some));
  const PamFiles without_other = [&](const std::string& name) {
    return name == "other" ? std::nullopt : files(name);  // else its lines would stand for those that are missing here
  };
  return load_pam_stack(without_other, service_).of(facility);
}

std::string StackText::included_whole(const LineRange& part) const {
  const auto begin = lines_.begin();
  const Lines some(begin + static_cast<std::ptrdiff_t>(part.first), begin + static_cast<std::ptrdiff_t>(part.end));
  const auto parsed = parse_pam_lines(text_of(some));
  if (!parsed || parsed->size() != 1) return "";
  const auto& words = parsed->front().words;
  return words.size() > 1 && same_pam_word(words[0], "@include") ? words[1] : "";
}

void StackText::remove_ours(PamFacility facility, const Lines& remarks) {
  const auto all = parts();
  for (auto part = all.rbegin(); part != all.rend(); ++part) {
    const PamHandlers here = brought_by(*part, facility);
    if (here.size() != 1 || here[0].file != path() || task_of(here[0]) == OurTask::kNotOurs) continue;
    const bool has_remark = part->first > 0 && std::ranges::find(remarks, lines_[part->first - 1]) != remarks.end();
    remove({part->first - (has_remark ? 1 : 0), part->end});
  }
}

void StackText::remove(const LineRange& range) {
  const auto begin = lines_.begin();
  lines_.erase(begin + static_cast<std::ptrdiff_t>(range.first), begin + static_cast<std::ptrdiff_t>(range.end));
}

bool has_same_lines(PamFacility facility, const PamStack& a, const PamStack& b) {
  const auto others = [facility](const PamStack& stack) {
    PamHandlers handlers = stack.of(facility);
    std::erase_if(handlers, [](const PamHandler& handler) { return task_of(handler) != OurTask::kNotOurs; });
    return handlers;
  };
  return std::ranges::equal(others(a), others(b), [](const PamHandler& one, const PamHandler& other) {
    return one.kind == other.kind && one.level == other.level && one.control == other.control &&
           one.module == other.module && one.arguments == other.arguments;
  });
}

PamFiles files_of(const PamTexts& texts) {
  return [texts](const std::string& name) -> std::optional<PamFile> {
    if (name.starts_with('/')) {
      std::ifstream file(name);
      std::ostringstream text;
      text << file.rdbuf();
      return file ? std::optional(PamFile{name, text.str()}) : std::nullopt;
    }
    const auto found = texts.find(name);
    return found == texts.end() ? std::nullopt
                                : std::optional(PamFile{std::string(kPamDirectory) + name, found->second});
  };
}

std::string pam_quoted(const std::string& word) {
  if (!word.empty() && word.find_first_of(" \t[]") == std::string::npos) return word;
  std::string quoted = "[";
  for (const char c : word) quoted += c == ']' ? std::string("\\]") : std::string(1, c);
  return quoted + "]";
}

}  // namespace twinlock
