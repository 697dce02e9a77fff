#include "cli/setup/journal_place.h"

#include "cli/setup/config_lines.h"
#include "cli/setup/journal.h"
#include "config/config_reader.h"

namespace twinlock {
namespace {

std::string_view without_first_blanks(std::string_view text) {
  const auto start = text.find_first_not_of(" \t");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text = without_first_blanks(text.substr(word.size()));
  return true;
}

}  // namespace

std::optional<std::string> state_dir_in(std::string_view text) {
  for (const std::string& line : lines_of(text)) {
    std::string_view rest = without_first_blanks(line);
    take(rest, "store.");
    if (!take(rest, "state_dir") || !take(rest, "=") || rest.empty()) continue;
    const char quote = rest.front();
    const auto end = rest.find(quote, 1);
    if ((quote != '"' && quote != '\'') || end == std::string_view::npos || rest[1] != '/') continue;
    return std::string(rest.substr(1, end - 1));
  }
  return std::nullopt;
}

JournalPlace find_journal(const std::string& config_path, const std::string& directory) {
  JournalPlace place;
  auto config = read_config(config_path);
  if (config) {
    place.config = std::move(*config);
  } else {
    place.flaw = config.error();
    const auto text = read_config_text(config_path);
    const auto state_dir = text ? state_dir_in(text->text()) : std::nullopt;
    if (state_dir) place.config.store.state_dir = *state_dir;
  }
  place.directory = directory.empty() ? Journal::directory_in(place.config) : directory;
  return place;
}

}  // namespace twinlock
