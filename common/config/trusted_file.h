// Opens files and directories that root is about to believe.
//
// MUST 1: neither the last part of a path nor anything below a trusted directory is followed if it is a symbolic link.
// MUST 2: owner, mode and type are checked on the descriptor, never by name.
// MUST 3: descriptors are O_CLOEXEC.
// A trusted owner is uid 0 or the process's effective uid, so that everything can be tested without root.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "base/unique_fd.h"

namespace twinlock {

/// Who else may read it. Nobody but the owner may ever write.
enum class Privacy { kPublic, kPrivate };

struct TrustedPath {
  std::string path;
  Privacy privacy;
  Error::Code error;  ///< The code of the errors about it: kConfig for the configuration, kStore for keys and records.
};

/// What is ours alone, such as records, keys and notes.
[[nodiscard]] inline TrustedPath private_path(const std::string& path) {
  return {path, Privacy::kPrivate, Error::Code::kStore};
}

/// Opens a regular file for reading. Its directory must also belong to a trusted owner and be writable by nobody else.
[[nodiscard]] Result<UniqueFd> open_trusted_file(const TrustedPath& file);

/// Opens a directory (O_DIRECTORY) with the same checks on itself.
[[nodiscard]] Result<UniqueFd> open_trusted_directory(const TrustedPath& directory);

/// The checks of an open descriptor; `kind` is S_IFREG or S_IFDIR.
[[nodiscard]] Result<void> check_trusted(int fd, unsigned kind, const TrustedPath& path);

/// Whether the open file is still the one of this name, which is not followed if it is a link.
[[nodiscard]] bool is_still_named(int fd, const std::string& path);

/// The whole content of a trusted file of at most `limit` bytes, in wiped memory.
[[nodiscard]] Result<SecretBytes> read_trusted_file(const TrustedPath& file, std::size_t limit);

}  // namespace twinlock
