// A change of one configuration file of the system: planned, shown, made, taken back.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"

namespace twinlock {

struct FileChange {
  std::string path;
  std::optional<std::string> before;  ///< nullopt: there is no such file yet.
  std::string after;

  [[nodiscard]] bool is_needed() const { return before != after; }
};

/// Reads the file and asks `transform` (given nullopt where there is none) what it is to become.
/// kStore for what is no regular file of root's, a symbolic link included, and for one over 1 MiB.
[[nodiscard]] Result<FileChange> plan_change(
    const std::string& path, const std::function<std::string(const std::optional<std::string>&)>& transform);

/// The change line by line, with a few lines around, as diff -u shows it.
[[nodiscard]] std::string difference_of(const FileChange& change);

/// Keeps the file as it was beside itself (".before-twinlock", unless that is there already) and replaces it in one
/// step; owner and mode stay. Nothing is half done.
[[nodiscard]] Result<void> make_change(const FileChange& change);

/// Puts back what was there before.
[[nodiscard]] Result<void> take_back(const FileChange& change);

}  // namespace twinlock
