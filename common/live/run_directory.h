// A directory below /run that holds what lives only as long as the machine is up: small files of root's own.
//
// MUST 1: nothing is read or written in a directory that is not root's alone (0700, no link).
// MUST 2: files are made O_EXCL and opened O_NOFOLLOW, and read only where owner and mode are right.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "base/unique_fd.h"

namespace twinlock {

class RunDirectory {
 public:
  /// Opens `<run_dir>/<name>` and makes what is missing of both (0700): /run is empty after each start of the
  /// machine. kStore where they are not to be trusted or cannot be made.
  static Result<RunDirectory> open(const std::string& run_dir, const std::string& name);

  /// Puts a file with these parts one after the other there (0600), in place of an earlier one of that name.
  /// After an Error that one is still there.
  [[nodiscard]] Result<void> put(const std::string& name, std::initializer_list<std::string_view> parts) const;

  /// The content of a file of at most 4 KiB; nullopt: there is none. kStore for what is not root's own file.
  [[nodiscard]] Result<std::optional<SecretBytes>> read(const std::string& name) const;

  /// Also where there is none.
  [[nodiscard]] Result<void> remove(const std::string& name) const;

  /// The names of all files that are whole, in no order.
  [[nodiscard]] Result<std::vector<std::string>> names() const;

 private:
  RunDirectory(UniqueFd directory, std::string path) : directory_(std::move(directory)), path_(std::move(path)) {}
  [[nodiscard]] std::string path_of(const std::string& name) const { return path_ + "/" + name; }

  UniqueFd directory_;
  std::string path_;
};

}  // namespace twinlock
