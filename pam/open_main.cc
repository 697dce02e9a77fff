// /usr/libexec/twinlock/open: the forced command of `ssh files.example.com open`. Tells until when the files are open.
//
// It runs as the user and decides nothing: the login itself has granted the lease and says until when in an environment
// variable that the session module sets. Arguments are ignored, whatever the client sent.
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <exception>
#include <string>

#include "base/clock.h"
#include "config/config_reader.h"
#include "pam/lease_variable.h"
#include "text/messages.h"

namespace twinlock {
namespace {

std::optional<UnixTime> lease_end() {
  const char* text = ::getenv(kLeaseVariable);  // NOLINT(concurrency-mt-unsafe): one thread
  if (text == nullptr) return std::nullopt;
  const std::string_view digits(text);
  UnixTime until;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), until.seconds);
  return parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size() ? std::optional(until) : std::nullopt;
}

int print(std::string text) {
  text += "\n";
  const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
  return written == static_cast<ssize_t>(text.size()) ? 0 : 5;
}

int run() {
  const auto config = read_config(kDefaultConfigPath);
  const Language language = config ? config->language : Language::kEnglish;
  const UnixTime now = read_clock();
  const auto until = lease_end();
  if (!until || *until <= now) {
    print(std::string(not_open(language)));
    return 1;
  }
  return print(open_until(language, *until, now));
}

}  // namespace
}  // namespace twinlock

int main() {
  try {
    return twinlock::run();
  } catch (const std::exception&) {
    return 5;
  }
}
