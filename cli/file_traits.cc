#include "cli/file_traits.h"

#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "cli/file_error.h"

namespace twinlock {
namespace {

constexpr std::size_t kLongest = 65536;  // XATTR_SIZE_MAX, XATTR_LIST_MAX

bool belongs_to_place(std::string_view name) { return name.starts_with("security.") || name.starts_with("trusted."); }

/// Nothing where the file system knows no such thing.
Result<std::vector<std::string>> names_on(const std::string& path) {
  std::string list(kLongest, '\0');
  const ssize_t length = ::llistxattr(path.c_str(), list.data(), list.size());
  if (length < 0 && errno == ENOTSUP) return std::vector<std::string>();
  if (length < 0) return file_error(path, "asked for its attributes");
  list.resize(static_cast<std::size_t>(length));
  std::vector<std::string> names;
  for (std::size_t at = 0; at < list.size(); at += names.back().size() + 1) names.emplace_back(list.c_str() + at);
  return names;
}

Result<std::string> value_of(const std::string& path, const std::string& name) {
  std::string value(kLongest, '\0');
  const ssize_t length = ::lgetxattr(path.c_str(), name.c_str(), value.data(), value.size());
  if (length < 0) return file_error(path + " (" + name + ")", "read");
  value.resize(static_cast<std::size_t>(length));
  return value;
}

Result<void> remove_others(const std::string& path, const FileAttributes& wanted) {
  const auto names = names_on(path);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (belongs_to_place(name) || wanted.contains(name)) continue;
    if (::lremovexattr(path.c_str(), name.c_str()) != 0) return file_error(path + " (" + name + ")", "removed");
  }
  return done();
}

}  // namespace

Result<FileTraits> read_traits(const std::string& path, const struct stat& status) {
  FileTraits traits{status.st_uid, status.st_gid, status.st_mode & 07777U};
  const auto names = names_on(path);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    if (belongs_to_place(name)) continue;
    auto value = value_of(path, name);
    if (!value) return value.error();
    traits.attributes.emplace(name, std::move(*value));
  }
  return traits;
}

/// The access list last: to change the owner or the mode would change it.
Result<void> give_traits(const std::string& path, const FileTraits& traits) {
  if (::lchown(path.c_str(), traits.user, traits.group) != 0) return file_error(path, "given its owner");
  if (const auto removed = remove_others(path, traits.attributes); !removed) return removed;
  if (::chmod(path.c_str(), traits.mode) != 0) return file_error(path, "given its mode");
  for (const auto& [name, value] : traits.attributes) {
    if (::lsetxattr(path.c_str(), name.c_str(), value.data(), value.size(), 0) != 0)
      return file_error(path, "given its attribute " + name);
  }
  return done();
}

void take_labels_over(const std::string& from, const std::string& path) {
  const auto names = names_on(from);
  for (const std::string& name : names ? *names : std::vector<std::string>()) {
    const bool is_checksum = name == "security.ima" || name == "security.evm";
    if (!belongs_to_place(name) || is_checksum) continue;
    const auto value = value_of(from, name);
    if (value) static_cast<void>(::lsetxattr(path.c_str(), name.c_str(), value->data(), value->size(), 0));
  }
}

}  // namespace twinlock
