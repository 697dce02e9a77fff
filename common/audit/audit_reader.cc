#include "audit/audit_reader.h"

#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <nlohmann/json.hpp>

namespace twinlock {
namespace {

using Json = nlohmann::json;

std::string field(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

std::optional<AuditEntry> parse_audit_line(const std::string& line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return AuditEntry{field(json, "time"),    field(json, "event"),   field(json, "user"),  field(json, "service"),
                    field(json, "address"), field(json, "verdict"), field(json, "detail")};
}

Result<std::vector<AuditEntry>> last_audit_entries(const std::string& path, std::size_t most,
                                                   const std::function<bool(const AuditEntry&)>& wanted) {
  errno = 0;
  std::ifstream file(path);
  if (!file && errno == ENOENT) return std::vector<AuditEntry>();
  if (!file) return system_error(Error::Code::kStore, path, "opened", errno);
  std::deque<AuditEntry> last;
  for (std::string line; std::getline(file, line);) {
    auto entry = parse_audit_line(line);
    if (!entry || !wanted(*entry)) continue;
    last.push_back(std::move(*entry));
    if (last.size() > most) last.pop_front();
  }
  if (file.bad()) return system_error(Error::Code::kStore, path, "read", errno);
  return std::vector<AuditEntry>(last.begin(), last.end());
}

}  // namespace twinlock
