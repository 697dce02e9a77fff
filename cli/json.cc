#include "cli/json.h"

#include <string>

#include "base/clock.h"

namespace twinlock {

Json json_time(UnixTime time) { return time == UnixTime{} ? Json(nullptr) : Json(rfc3339(time)); }

SecretBytes json_text(const Json& value) {
  constexpr int kOneLine = -1;
  std::string text = value.dump(kOneLine, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
  SecretBytes copy{std::string_view(text)};
  wipe(text.data(), text.size());
  return copy;
}

Json json_error(int exit_status, const Error& error) {
  return {{"error", {{"status", exit_status}, {"what", error.what}, {"why", error.why}, {"mend", error.mend}}}};
}

}  // namespace twinlock
