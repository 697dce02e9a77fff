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
  char buffer[128] = "";
  return ::strerror_r(error_number, buffer, sizeof buffer);  // the GNU form: returns the text
}

Error system_error(Error::Code code, std::string_view what, std::string_view verb, int error_number) {
  const bool refused = error_number == EACCES || error_number == EPERM || error_number == EROFS;
  return {refused ? Error::Code::kPermission : code, std::string(what),
          "cannot be " + std::string(verb) + " (" + errno_text(error_number) + ")", ""};
}

}  // namespace twinlock
