// What most commands say when the system refuses something on a file.
#pragma once

#include <cerrno>

#include "base/error.h"

namespace twinlock {

/// kStore or kPermission by errno: `path` could not be `verb` ("opened").
[[nodiscard]] inline Error file_error(std::string_view path, std::string_view verb) {
  return system_error(Error::Code::kStore, path, verb, errno);
}

}  // namespace twinlock
