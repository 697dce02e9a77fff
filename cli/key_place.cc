#include "cli/key_place.h"

#include <filesystem>

namespace twinlock {
namespace {

/// /var/run is a link to /run everywhere.
std::string plain(const std::string& path) {
  const std::string normal = std::filesystem::path(path).lexically_normal().string();
  return normal.starts_with("/var/run/") ? normal.substr(4) : normal;
}

}  // namespace

Result<void> see_that_a_new_key_would_stay(const StoreConfig& store) {
  const std::string path = plain(store.key_file);
  if (!path.starts_with(plain(store.run_dir + "/"))) return done();
  return Error{Error::Code::kRefused, path, "is gone after the next start of the system, and a new key with it",
               "how keys are made and rotated here stands under CONFINEMENT in pam_twinlock(8)"};
}

}  // namespace twinlock
