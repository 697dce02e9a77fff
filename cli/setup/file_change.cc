#include "cli/setup/file_change.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/clock.h"
#include "cli/new_file.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::size_t kLargest = 1 << 20;
constexpr unsigned kNewMode = 0644;

Error failed(const std::string& path, std::string_view verb) {
  return system_error(Error::Code::kStore, path, verb, errno);
}

TrustedPath public_path(const std::string& path) { return {path, Privacy::kPublic, Error::Code::kStore}; }

/// Of one who was killed before it took the file's name.
void remove_unfinished(const std::string& path) { ::unlink(unfinished_name(path).c_str()); }

std::string copy_of(const std::string& path, const std::string& copies) {
  std::string name = path.substr(1);
  for (char& c : name) c = c == '/' ? '-' : c;
  return copies + "/" + name + ".edited-" + rfc3339(read_clock());
}

Result<void> keep_copy(const std::string& path, const std::optional<FileState>& now, const std::string& copies) {
  if (!now) return done();
  const auto kept = make_file(copy_of(path, copies), now->content, 0600);
  return kept ? done() : Result<void>(kept.error());
}

Result<void> remove_file(const JournalFile& file) {
  if (::unlink(file.path.c_str()) != 0 && errno != ENOENT) return failed(file.path, "removed");
  const std::string directory = directory_of(file.path);
  if (file.makes_directory && ::rmdir(directory.c_str()) == 0) return flush_directory(directory_of(directory));
  return ::access(directory.c_str(), F_OK) == 0 ? flush_directory(directory) : done();
}

Result<void> put_back(const JournalFile& file) {
  if (!file.before) return remove_file(file);
  const FileOwner owner{file.before->owner, file.before->group, file.before->mode};
  return replace_file_as(file.path, file.before->content, owner);
}

}  // namespace

Result<std::optional<FileState>> read_file_state(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::optional<FileState>();
  const auto text = read_trusted_file(public_path(path), kLargest);
  if (!text) return text.error();
  return std::optional(FileState{std::string(text->text()), status.st_uid, status.st_gid, status.st_mode & 07777U});
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
  if (const auto made = make_directory(directory, 0755); !made) return made.error();
  if (const auto safe = open_trusted_directory(public_path(directory)); !safe) return safe.error();
  return replace_file(file.path, file.after, kNewMode);
}

Result<bool> was_edited(const JournalFile& file) {
  const auto now = read_file_state(file.path);
  if (!now) return now.error();
  if (*now == file.before) return false;
  return !*now || (*now)->content != file.after;
}

Result<FileChange> change_back(const JournalFile& file) {
  return plan_change(file.path, [&](const auto&) { return file.before ? file.before->content : ""; });
}

Result<Restored> restore_file(const JournalFile& file, OnEdit on_edit, const std::string& copies) {
  const auto now = read_file_state(file.path);
  if (!now && on_edit == OnEdit::kLeave) return now.error();
  remove_unfinished(file.path);
  if (!now) {  // a link, or writable by others: no copy of that is kept, for being locked out is worse
    const auto back = put_back(file);
    return back ? Result<Restored>(Restored::kNow) : back.error();
  }
  if (*now == file.before) {
    if (!file.makes_directory) return Restored::kWasSo;
    const auto removed = remove_file(file);
    return removed ? Result<Restored>(Restored::kWasSo) : removed.error();
  }
  if (!*now || (*now)->content != file.after) {
    if (on_edit == OnEdit::kLeave) return Restored::kLeft;
    if (const auto kept = keep_copy(file.path, *now, copies); !kept) return kept.error();
  }
  const auto back = put_back(file);
  return back ? Result<Restored>(Restored::kNow) : back.error();
}

}  // namespace twinlock
