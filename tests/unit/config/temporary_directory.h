// A fresh directory (0700) that goes away with everything in it.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace twinlock {

class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_(testing::TempDir() + "twinlock.XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) throw std::filesystem::filesystem_error("mkdtemp", path_, {});
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string path(std::string_view name) const { return path_ + "/" + std::string(name); }

  /// Writes a file of this mode, whatever the umask, and returns its path.
  [[nodiscard]] std::string write(std::string_view name, std::string_view content, mode_t mode = 0600) const {
    const std::string file = path(name);
    std::ofstream(file) << content;
    ::chmod(file.c_str(), mode);
    return file;
  }
  /// Makes a directory of this mode, whatever the umask, and returns its path.
  [[nodiscard]] std::string make_directory(std::string_view name, mode_t mode = 0700) const {
    const std::string directory = path(name);
    ::mkdir(directory.c_str(), mode);
    ::chmod(directory.c_str(), mode);
    return directory;
  }

 private:
  std::string path_;
};

}  // namespace twinlock
