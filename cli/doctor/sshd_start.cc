#include "cli/doctor/sshd_start.h"

#include <algorithm>

#include "cli/doctor/sshd_settings.h"

namespace twinlock {
namespace {

using Words = std::vector<std::string>;

constexpr std::string_view kEndOfName = ": ";
constexpr std::string_view kListener = " [listener] ";
constexpr std::string_view kSshdOptionsWithValue = "CEbcfghkopu";
constexpr std::string_view kDecisiveOptions = "cfghopu";  // the others neither let anybody in nor keep anybody out
constexpr std::string_view kServesNone = "tTGVR";         // tests itself, or is a part of one that listens

/// Whether blanks in values can still be told from those between words.
enum class Blanks { kKept, kLost };

std::string name_of_program(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// Reads options as getopt(3) does for sshd.
class OptionReader {
 public:
  OptionReader(const Words& words, Blanks blanks) : words_(words), blanks_(blanks) {}

  /// nullopt: it takes no connections.
  std::optional<Words> read() {
    while (at_ < words_.size()) {
      const std::string word = words_[at_++];
      if (word.size() < 2 || word[0] != '-') continue;
      if (!read_cluster(word)) return std::nullopt;
    }
    return options_;
  }

 private:
  bool read_cluster(const std::string& word) {
    for (std::size_t at = 1; at < word.size(); ++at) {
      if (kServesNone.find(word[at]) != std::string_view::npos) return false;
      if (kSshdOptionsWithValue.find(word[at]) == std::string_view::npos) continue;
      const std::string value = value_from(word.substr(at + 1), word[at]);
      if (kDecisiveOptions.find(word[at]) == std::string_view::npos) return true;
      options_.push_back(std::string("-") + word[at]);
      options_.push_back(value);
      return true;
    }
    return true;
  }

  std::string value_from(std::string value, char option) {
    if (value.empty() && at_ < words_.size()) value = words_[at_++];
    // sshd takes options only: what follows and is none belongs to a value that had blanks.
    while (blanks_ == Blanks::kLost && option == 'o' && at_ < words_.size() && !words_[at_].starts_with('-')) {
      value += " " + words_[at_++];
    }
    return value;
  }

  const Words& words_;
  Blanks blanks_;
  std::size_t at_ = 0;
  Words options_;
};

/// npos: the title tells of no listener, or is cut off before it does.
std::size_t end_of_arguments(const std::string& title) {
  if (const auto end = title.find(kListener); end != std::string::npos) return end;
  const auto last = title.rfind(" [");
  const bool is_begun = last != std::string::npos && kListener.starts_with(std::string_view(title).substr(last));
  return is_begun ? last : std::string::npos;
}

std::optional<SshdStart> start_from(const Words& words, Blanks blanks) {
  if (words.empty()) return std::nullopt;
  auto options = OptionReader(Words(words.begin() + 1, words.end()), blanks).read();
  if (!options) return std::nullopt;
  return SshdStart{name_of_program(words[0]), std::move(*options)};
}

}  // namespace

std::optional<std::string> SshdStart::config_file() const {
  std::optional<std::string> file;  // sshd believes the last one
  for (std::size_t at = 0; at + 1 < options.size(); at += 2) {
    if (options[at] == "-f") file = options[at + 1];
  }
  return file;
}

std::optional<SshdStart> sshd_start_of(const Words& words) {
  if (words.empty()) return std::nullopt;
  // A title begins with the program's name alone, an argument vector most often with its path.
  const auto name = words[0].substr(0, words[0].find(kEndOfName));
  if (name.size() == words[0].size() || name.find_first_of("/ ") != std::string::npos)
    return start_from(words, Blanks::kKept);
  const std::string title = words[0].substr(name.size() + kEndOfName.size());
  const auto end = end_of_arguments(title);
  // "sshd: alice [priv]" serves alice; a path begins the title of one that listens, where it is cut off, too.
  if (end == std::string::npos && !title.starts_with('/')) return std::nullopt;
  auto start = start_from(split_text(title.substr(0, end), " "), Blanks::kLost);
  if (start) start->is_cut_off = end == std::string::npos;
  return start;
}

Words words_of_variable(std::string_view text, std::string_view name) {
  Words words;
  for (std::string line : split_text(text, "\r\n")) {
    const auto start = line.find_first_not_of(" \t");
    line.erase(0, std::min(start, line.size()));
    if (line.starts_with("export ")) line.erase(0, 7);
    if (!line.starts_with(std::string(name) + "=")) continue;
    line.erase(0, name.size() + 1);
    std::erase_if(line, [](char c) { return c == '"' || c == '\''; });
    words = split_text(line, " \t");
  }
  return words;
}

std::vector<Words> words_of_exec_start(std::string_view text) {
  constexpr std::string_view kArguments = "argv[]=";
  std::vector<Words> commands;
  for (auto start = text.find(kArguments); start != std::string_view::npos; start = text.find(kArguments, start)) {
    start += kArguments.size();
    Words words = split_text(text.substr(start, text.find(" ;", start) - start), " ");
    if (!words.empty()) words.erase(words.begin());
    std::erase_if(words, [](const std::string& word) { return word.starts_with('$'); });
    commands.push_back(std::move(words));
  }
  return commands;
}

SshdStart sshd_start_with(const Words& arguments) {
  Words words{"sshd"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return start_from(words, Blanks::kLost).value_or(SshdStart{});
}

}  // namespace twinlock
