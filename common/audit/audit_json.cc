#include <unistd.h>

#include <nlohmann/json.hpp>

#include "audit/audit_log.h"
#include "base/clock.h"

namespace twinlock {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(std::string(text)); }

std::string host_name() {
  char name[256] = "";
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

}  // namespace

std::string audit_json(const AuditLine& line) {
  Json json;
  json["time"] = rfc3339(line.time);
  json["event"] = std::string(line.event);
  json["user"] = text_or_null(line.user);
  json["service"] = text_or_null(line.service);
  json["address"] = text_or_null(line.address);
  json["verdict"] = text_or_null(line.verdict);
  json["token"] = line.token == 0 ? Json() : Json(line.token);
  json["host"] = host_name();
  json["actor"] = text_or_null(line.actor);
  if (!line.detail.empty()) json["detail"] = std::string(line.detail);
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace twinlock
