#include "descriptor_limit.h"

#include <fcntl.h>

#include <stdexcept>

namespace pam_driver {
namespace {

rlim_t limit_that_leaves(int more) {
  int limit = 0;
  for (int left = more; left > 0; ++limit) {
    if (::fcntl(limit, F_GETFD) < 0) --left;
  }
  return static_cast<rlim_t>(limit);
}

}  // namespace

DescriptorLimit::DescriptorLimit(const nlohmann::ordered_json& more) {
  ::getrlimit(RLIMIT_NOFILE, &before_);
  during_ = before_;
  if (!more.is_null()) during_.rlim_cur = limit_that_leaves(more);
  ::setrlimit(RLIMIT_NOFILE, &during_);
}

void DescriptorLimit::lift() const {
  rlimit now{};
  ::getrlimit(RLIMIT_NOFILE, &now);
  if (now.rlim_cur != during_.rlim_cur || now.rlim_max != during_.rlim_max) {
    throw std::runtime_error("the limit on descriptors was changed");
  }
  ::setrlimit(RLIMIT_NOFILE, &before_);
}

}  // namespace pam_driver
