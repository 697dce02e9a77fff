#include "cli/setup/file_change.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/unique_fd.h"
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

Result<std::optional<std::string>> read_if_any(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 && errno == ENOENT) return std::optional<std::string>();
  const auto text = read_trusted_file(public_path(path), kLargest);
  if (!text) return text.error();
  return std::optional(std::string(text->text()));
}

Result<void> replace(const FileChange& change, const std::string& text) {
  return replace_file(change.path, text, kNewMode);
}

Result<void> keep_old(const FileChange& change) {
  const std::string kept = change.path + ".before-twinlock";
  const auto made = make_file(kept, *change.before, 0600);
  if (!made) return made.error();
  return *made == Made::kNew ? take_over_owner(change.path, kept) : done();
}

}  // namespace

Result<FileChange> plan_change(const std::string& path,
                               const std::function<std::string(const std::optional<std::string>&)>& transform) {
  auto before = read_if_any(path);
  if (!before) return before.error();
  std::string after = transform(*before);
  return FileChange{path, std::move(*before), std::move(after)};
}

Result<void> make_change(const FileChange& change) {
  if (const auto safe = open_trusted_directory(public_path(directory_of(change.path))); !safe) return safe.error();
  if (change.before) {
    if (const auto kept = keep_old(change); !kept) return kept;
  }
  return replace(change, change.after);
}

Result<void> take_back(const FileChange& change) {
  if (change.before) return replace(change, *change.before);
  if (::unlink(change.path.c_str()) != 0 && errno != ENOENT) return failed(change.path, "removed");
  return flush_directory(directory_of(change.path));
}

}  // namespace twinlock
