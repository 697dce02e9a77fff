#include "cli/last_sweep.h"

#include <sys/stat.h>

#include <charconv>
#include <string>

#include "live/run_directory.h"

namespace twinlock {
namespace {

constexpr const char* kDirectory = "sweep";
constexpr const char* kFile = "last";

}  // namespace

Result<void> write_last_sweep(const Config& config, std::int64_t since_boot) {
  const auto directory = RunDirectory::open(config.store.run_dir, kDirectory);
  if (!directory) return directory.error();
  return directory->put(kFile, {std::to_string(since_boot)});
}

Result<std::optional<std::int64_t>> read_last_sweep(const Config& config) {
  using None = std::optional<std::int64_t>;
  struct stat about {};
  if (::lstat((config.store.run_dir + "/" + kDirectory).c_str(), &about) != 0) return None();
  const auto directory = RunDirectory::open(config.store.run_dir, kDirectory);
  if (!directory) return directory.error();
  const auto read = directory->read(kFile);
  if (!read) return read.error();
  if (!*read) return None();
  const std::string_view text = (**read).text();
  std::int64_t since_boot = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), since_boot);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() ? None(since_boot) : None();
}

}  // namespace twinlock
