#include "base/error.h"

#include <cerrno>
#include <cstring>

namespace twinlock {

std::string Error::text() const {
  std::string line = what + ": " + why;
  if (!mend.empty()) line += "; " + mend;
  return line;
}

std::string errno_text(int error_number) {
  // Not strerror_r: it speaks the host program's language, which with su is the choice of whoever calls it.
  const char* const words = ::strerrordesc_np(error_number);
  return words != nullptr ? words : "error " + std::to_string(error_number);
}

Error system_error(Error::Code code, std::string_view what, std::string_view verb, int error_number) {
  const bool refused = error_number == EACCES || error_number == EPERM || error_number == EROFS;
  return {refused ? Error::Code::kPermission : code, std::string(what),
          "cannot be " + std::string(verb) + " (" + errno_text(error_number) + ")", ""};
}

}  // namespace twinlock
