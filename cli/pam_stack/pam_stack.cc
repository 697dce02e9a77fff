#include "cli/pam_stack/pam_stack.h"

#include <algorithm>

#include "cli/pam_stack/pam_words.h"

namespace twinlock {
namespace {

constexpr int kMostIncludes = 16;  // PAM_SUBSTACK_MAX_LEVEL
constexpr std::array<PamFacility, 4> kFacilities{PamFacility::kAuth, PamFacility::kAccount, PamFacility::kPassword,
                                                 PamFacility::kSession};

// Up to Linux-PAM 1.5.2 libpam reads lines into 1024 bytes, and takes the rest of a longer one, a remark too, for a
// line of its own.
constexpr std::size_t kLongestLine = 1022;

using Wanted = std::optional<PamFacility>;  // nullopt: lines of every kind

/// How deep the reader stands.
struct Depth {
  int includes = 0;
  std::uint32_t level = 0;
};

std::optional<PamFacility> facility_of(std::string_view word) {
  for (const PamFacility facility : kFacilities) {
    if (same_pam_word(word, name_of(facility))) return facility;
  }
  return std::nullopt;
}

/// Reads files into lists of handlers.
class Reader {
 public:
  explicit Reader(const PamFiles& files) : files_(files) {}

  /// False where libpam would give the file up.
  bool read(const std::string& name, Wanted wanted, Depth depth) {
    if (depth.includes >= kMostIncludes) return object(name, "is included too deep");
    const auto file = files_(name);
    if (!file) return object(name, "there is no such file, or it cannot be read");
    files_read_.push_back(file->path);
    const auto lines = parse_pam_lines(file->text);
    if (!lines) return object(file->path, "ends in the middle of a line");
    note_long_lines(*file);
    for (const PamLine& line : *lines) {
      if (!read_line({file->path, line}, wanted, depth)) return false;
    }
    return true;
  }

  std::array<PamHandlers, 4>& handlers() { return handlers_; }
  std::vector<PamFlaw>& flaws() { return flaws_; }
  [[nodiscard]] const std::vector<std::string>& files_read() const { return files_read_; }

 private:
  struct Place {
    const std::string& path;
    const PamLine& line;
  };

  /// The word at an index, if there is one.
  static const std::string* word(const Place& place, std::size_t at) {
    return at < place.line.words.size() ? &place.line.words[at] : nullptr;
  }

  bool read_line(const Place& place, Wanted wanted, Depth depth) {
    std::string_view type = place.line.words[0];
    if (same_pam_word(type, "@include")) return include_all(place, wanted, depth);
    if (type.starts_with('-')) type.remove_prefix(1);
    const auto named = facility_of(type);
    const PamFacility facility = named.value_or(wanted.value_or(PamFacility::kAuth));
    if (wanted && facility != *wanted) return true;
    PamHandler handler;
    if (!named) handler.kind = PamHandler::Kind::kMustFail;
    if (!named) note(place, "begins with none of auth, account, password, session");
    handler.level = depth.level;
    handler.file = place.path;
    handler.line = place.line.number;
    const std::string* control = word(place, 1);
    if (control != nullptr && same_pam_word(*control, "include")) return include(place, handler, facility, depth);
    if (control != nullptr && same_pam_word(*control, "substack")) {
      PamHandler head = handler;
      head.kind = PamHandler::Kind::kSubstack;
      add(head, facility);
      return include(place, handler, facility, {depth.includes, depth.level + 1});
    }
    read_module(place, handler);
    add(handler, facility);
    return true;
  }

  void read_module(const Place& place, PamHandler& handler) {
    const auto& words = place.line.words;
    if (words.size() > 1) handler.control = parse_pam_control(words[1]);
    if (words.size() < 3) {
      handler.kind = PamHandler::Kind::kMustFail;
      note(place, "names no module");
      return;
    }
    if (!handler.control.can_pass()) note(place, "says nothing that libpam understands in its second word");
    handler.module = words[2];
    handler.arguments.assign(words.begin() + 3, words.end());
  }

  /// Debian's: all kinds of lines at once. What cannot be read makes libpam give up.
  bool include_all(const Place& place, Wanted wanted, Depth depth) {
    const std::string* name = word(place, 1);
    if (name == nullptr) return object(place.path + ":" + std::to_string(place.line.number), "names no file");
    return read(*name, wanted, {depth.includes + 1, depth.level});
  }

  /// One that cannot be read leaves what was read of it, and a line that fails.
  bool include(const Place& place, PamHandler handler, PamFacility facility, Depth depth) {
    const std::string* name = word(place, 2);
    if (name != nullptr && read(*name, facility, {depth.includes + 1, depth.level})) return true;
    handler.kind = PamHandler::Kind::kMustFail;
    add(handler, facility);
    return true;
  }

  void note_long_lines(const PamFile& file) {
    std::size_t start = 0;
    for (int number = 1; start < file.text.size(); ++number) {
      const std::size_t end = std::min(file.text.size(), file.text.find('\n', start));
      if (end - start > kLongestLine)
        flaws_.push_back(
            {file.path + ":" + std::to_string(number), "is longer than 1022 bytes, and may be read as two"});
      start = end + 1;
    }
  }

  bool object(const std::string& place, std::string why) {
    flaws_.push_back({place, std::move(why)});
    return false;
  }

  void note(const Place& place, std::string why) {
    flaws_.push_back({place.path + ":" + std::to_string(place.line.number), std::move(why)});
  }

  void add(const PamHandler& handler, PamFacility facility) {
    handlers_.at(static_cast<std::size_t>(facility)).push_back(handler);
  }

  const PamFiles& files_;
  std::array<PamHandlers, 4> handlers_;
  std::vector<PamFlaw> flaws_;
  std::vector<std::string> files_read_;
};

}  // namespace

std::string_view name_of(PamFacility facility) {
  static constexpr std::array<std::string_view, 4> kNames{"auth", "account", "password", "session"};
  return kNames.at(static_cast<std::size_t>(facility));
}

std::string PamHandler::module_name() const {
  const std::string name = module.substr(module.rfind('/') + 1);
  return name.substr(0, name.rfind('.'));
}

PamStack load_pam_stack(const PamFiles& files, const std::string& service) {
  const bool has_own = files(service).has_value();
  const bool has_other = files("other").has_value();
  Reader own(files);
  Reader other(files);
  PamStack stack;
  if (!has_own && !has_other) {
    stack.broken = "there is neither a stack for " + service + " nor one named other";
  } else if (has_own && !own.read(service, std::nullopt, {})) {
    stack.broken = "the stack of " + service + " cannot be read to its end";
  } else if (has_other && !other.read("other", std::nullopt, {})) {
    stack.broken = "the stack named other cannot be read to its end";
  }
  stack.flaws = std::move(own.flaws());
  stack.files = own.files_read();
  if (std::ranges::any_of(own.handlers(), &PamHandlers::empty)) {
    stack.files.insert(stack.files.end(), other.files_read().begin(), other.files_read().end());
  }
  for (std::size_t at = 0; at < stack.handlers.size(); ++at) {
    auto& mine = own.handlers().at(at);
    stack.handlers.at(at) = mine.empty() ? other.handlers().at(at) : mine;
  }
  return stack;
}

}  // namespace twinlock
