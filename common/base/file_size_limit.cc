#include "base/file_size_limit.h"

#include <sys/resource.h>

#include <cerrno>

namespace twinlock {

Result<void> check_file_size_limit(std::uint64_t bytes, const std::string& path) {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) return system_error(Error::Code::kStore, path, "written", errno);
  if (limit.rlim_cur >= bytes) return done();
  return Error{Error::Code::kStore, path, "cannot be written under the file size limit of this process",
               "raise it (ulimit -f unlimited)"};
}

}  // namespace twinlock
