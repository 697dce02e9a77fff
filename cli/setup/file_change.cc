#include "cli/setup/file_change.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/clock.h"
#include "cli/file_error.h"
#include "cli/new_file.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::size_t kLargest = 1 << 20;
constexpr unsigned kNewMode = 0644;
constexpr unsigned kNewDirectory = 0755;
constexpr int kMostCopiesOfASecond = 100;

TrustedPath public_path(const std::string& path) { return {path, Privacy::kPublic, Error::Code::kStore}; }

/// Of one who was killed before it took the file's name.
void remove_unfinished(const std::string& path) { ::unlink(unfinished_name(path).c_str()); }

/// What the names of all copies of a file begin with.
std::string copies_of(const std::string& path) {
  std::string name = path.substr(1);
  for (char& c : name) c = c == '/' ? '-' : c;
  return name + ".edited-";
}

bool is_kept(const std::string& name, const std::string& content, const std::string& copies) {
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(copies, unreadable)) {
    if (!entry.path().filename().string().starts_with(name)) continue;
    const auto kept = read_trusted_file(public_path(entry.path().string()), kLargest);
    if (kept && kept->text() == content) return true;
  }
  return false;
}

Result<void> keep_copy(const std::string& path, const FileState& now, const std::string& copies) {
  const std::string name = copies_of(path);
  if (is_kept(name, now.content, copies)) return done();
  const std::string copy = copies + "/" + name + rfc3339(read_clock());
  for (int number = 1; number <= kMostCopiesOfASecond; ++number) {
    const auto kept = make_file(number == 1 ? copy : copy + "-" + std::to_string(number), now.content, 0600);
    if (!kept) return kept.error();
    if (*kept == Made::kNew) return done();
  }
  return Error{Error::Code::kStore, copy, "is there already", "move the copies away"};
}

Error edited(const JournalFile& file) {
  return {Error::Code::kRefused, file.path, "was edited since twinlock wrote it",
          "put back what you want to keep by hand, or take it back all the same with --force, which keeps a copy"};
}

/// Where they can be given no more, being locked out is worse. What the group had may have been the access list's.
FileTraits without_attributes(FileTraits traits) {
  traits.attributes.clear();
  traits.mode &= ~070U;
  return traits;
}

Result<void> remove_file(const JournalFile& file) {
  if (::unlink(file.path.c_str()) != 0 && errno != ENOENT) return file_error(file.path, "removed");
  const std::string directory = directory_of(file.path);
  if (file.makes_directory && ::rmdir(directory.c_str()) == 0) return flush_directory(directory_of(directory));
  return ::access(directory.c_str(), F_OK) == 0 ? flush_directory(directory) : done();
}

}  // namespace

Result<std::optional<FileState>> read_file_state(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::optional<FileState>();
  const auto text = read_trusted_file(public_path(path), kLargest);
  if (!text) return text.error();
  auto traits = read_traits(path, status);
  if (!traits) return traits.error();
  return std::optional(FileState{std::string(text->text()), std::move(*traits)});
}

Result<FileChange> plan_change(const std::string& path,
                               const std::function<std::string(const std::optional<std::string>&)>& transform) {
  const auto state = read_file_state(path);
  if (!state) return state.error();
  FileChange change{path, std::nullopt, ""};
  if (*state) change.before = (*state)->content;
  change.after = transform(change.before);
  return change;
}

Result<JournalFile> journal_file_of(const FileChange& change) {
  auto state = read_file_state(change.path);
  if (!state) return state.error();
  const bool is_same = *state ? change.before == (*state)->content : !change.before;
  if (!is_same) return Error{Error::Code::kRefused, change.path, "has changed meanwhile", "run this again"};
  const bool makes_directory = ::access(directory_of(change.path).c_str(), F_OK) != 0;
  return JournalFile{change.path, std::move(*state), change.after, makes_directory};
}

Result<void> make_change(const JournalFile& file) {
  const std::string directory = directory_of(file.path);
  if (const auto made = make_directory(directory, kNewDirectory); !made) return made.error();
  if (const auto safe = open_trusted_directory(public_path(directory)); !safe) return safe.error();
  return replace_file(file.path, file.after, kNewMode);
}

Result<FileChange> change_back(const JournalFile& file) {
  return plan_change(file.path, [&](const auto&) { return file.before ? file.before->content : ""; });
}

Result<Restoration> Restoration::prepare(const JournalFile& file, OnEdit on_edit, const std::string& copies) {
  const auto now = read_file_state(file.path);
  // A link, or writable by others: no copy of that is kept, for being locked out is worse.
  if (!now && on_edit == OnEdit::kLeave) return now.error();
  remove_unfinished(file.path);
  const bool is_so = now && *now == file.before;
  const bool is_edited = now && !is_so && (!*now || (*now)->content != file.after);
  if (is_edited && on_edit == OnEdit::kLeave) return edited(file);
  if (is_edited && *now) {
    if (const auto kept = keep_copy(file.path, **now, copies); !kept) return kept.error();
  }
  if (!file.before) return Restoration(file, Task::kRemove);
  Restoration restoration(file, is_so ? Task::kNothing : Task::kPutBack);
  if (is_so) return restoration;
  // Somebody removed the package, with its directory.
  if (const auto made = make_directory(directory_of(file.path), kNewDirectory); !made) return made.error();
  auto waiting = WaitingFile::make(file.path, file.before->content, file.before->traits);
  if (!waiting && !file.before->traits.attributes.empty()) {
    waiting = WaitingFile::make(file.path, file.before->content, without_attributes(file.before->traits));
  }
  if (!waiting) return waiting.error();
  restoration.waiting_.emplace(std::move(*waiting));
  return restoration;
}

Result<Restored> Restoration::finish() {
  if (task_ == Task::kNothing) return Restored::kWasSo;
  const bool is_there =
      task_ == Task::kPutBack || ::faccessat(AT_FDCWD, file_->path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
  const auto finished = task_ == Task::kPutBack ? waiting_->put_in_place() : remove_file(*file_);
  if (!finished) return finished.error();
  return is_there ? Restored::kNow : Restored::kWasSo;
}

}  // namespace twinlock
