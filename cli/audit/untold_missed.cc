#include "cli/audit/untold_missed.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>

#include "cli/new_file.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::size_t kNoteBytes = 256;

struct Note {
  std::uint64_t sequence = 0;  ///< Of the last seal when it was written.
  std::string boot;            ///< In which start of the machine.
  std::uint64_t before = 0;    ///< Untold of starts before that one …
  std::uint64_t count = 0;     ///< … and of that one.
};

Note read_note(const std::string& path) {
  Note note;
  const auto text = read_trusted_file(private_path(path), kNoteBytes);
  if (!text) return {};
  std::istringstream words{std::string(text->text())};
  words >> note.sequence >> note.boot >> note.before >> note.count;
  return words ? note : Note{};
}

std::string text_of(const Note& note) {
  std::string text = std::to_string(note.sequence) + " " + note.boot + " " + std::to_string(note.before) + " " +
                     std::to_string(note.count) + " ";
  text.resize(kNoteBytes - 1, ' ');
  return text + "\n";
}

}  // namespace

Result<void> UntoldMissed::make_room() const {
  const auto made = make_file(path_, text_of({0, "-", 0, 0}), 0600);
  return made ? done() : Result<void>(made.error());
}

std::uint64_t UntoldMissed::of_earlier_boots(std::uint64_t sequence, const std::string& boot) const {
  const Note note = read_note(path_);
  if (note.sequence != sequence) return 0;
  return note.boot == boot ? note.before : note.before + note.count;
}

Result<void> UntoldMissed::keep(std::uint64_t sequence, const std::string& boot, std::uint64_t count) const {
  const UniqueFd file(::open(path_.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!file) return system_error(Error::Code::kStore, path_, "opened", errno);
  if (const auto trusted = check_trusted(file.get(), S_IFREG, private_path(path_)); !trusted) return trusted;
  const std::string text = text_of({sequence, boot, of_earlier_boots(sequence, boot), count});
  const bool written = ::pwrite(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
                       ::fdatasync(file.get()) == 0;
  return written ? done() : Result<void>(system_error(Error::Code::kStore, path_, "written", errno));
}

}  // namespace twinlock
