// Who may do what with a file, and what else is noted on it: what a file that replaces it must take over.
#pragma once

#include <sys/stat.h>

#include <map>
#include <string>

#include "base/result.h"

namespace twinlock {

/// Extended attributes by their names, access lists (system.posix_acl_access) among them. Without those of security
/// modules (security.*) and of file systems (trusted.*, which only some of root's processes see): they belong to the
/// place more than to the file, see take_labels_over().
using FileAttributes = std::map<std::string, std::string>;

struct FileTraits {
  unsigned user = 0;
  unsigned group = 0;
  unsigned mode = 0;  ///< The lower 12 bits.
  FileAttributes attributes{};
  bool operator==(const FileTraits&) const = default;
};

/// Of the file at `path`, whose status that is; follows no link. Empty where the file system has none.
[[nodiscard]] Result<FileTraits> read_traits(const std::string& path, const struct stat& status);

/// Gives the file exactly these. What it got from its directory and is not among them goes.
[[nodiscard]] Result<void> give_traits(const std::string& path, const FileTraits& traits);

/// What security modules and file systems have noted on the file `from` (security.selinux …), if there is one, as far
/// as may be: where a module forbids it the file keeps the label that the kernel gives to new files in its directory,
/// which is the usual one. Checksums and signatures (security.ima, security.evm) are not taken over: the content is
/// another.
void take_labels_over(const std::string& from, const std::string& path);

}  // namespace twinlock
