#include "audit/audit_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <deque>
#include <nlohmann/json.hpp>

#include "base/unique_fd.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

std::string field(const nlohmann::json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

/// nullopt: there is none. Opened as the log's writer does, so that both believe the same file.
Result<std::optional<UniqueFd>> open_for_reading(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!file && errno == ENOENT) return std::optional<UniqueFd>();
  if (!file) return system_error(Error::Code::kStore, path, "opened", errno);
  const auto trusted = check_trusted(file.get(), S_IFREG, {path, Privacy::kPrivate, Error::Code::kStore});
  if (!trusted) return trusted.error();
  return std::optional(std::move(file));
}

/// Calls `visit` with each line; the last may lack its end.
Result<void> for_each_line(int fd, const std::string& path, const std::function<void(const std::string&)>& visit) {
  std::array<char, 65536> block{};
  std::string pending;
  while (true) {
    const ssize_t count = ::read(fd, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(Error::Code::kStore, path, "read", errno);
    if (count == 0) break;
    pending.append(block.data(), static_cast<std::size_t>(count));
    std::size_t begin = 0;
    for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n', begin)) {
      visit(pending.substr(begin, end - begin));
      begin = end + 1;
    }
    pending.erase(0, begin);
  }
  if (!pending.empty()) visit(pending);
  return done();
}

}  // namespace

std::optional<AuditEntry> parse_audit_line(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  AuditEntry entry{field(json, "time"),    field(json, "event"),   field(json, "user"),
                   field(json, "service"), field(json, "address"), field(json, "verdict"),
                   field(json, "detail"),  field(json, "actor"),   ""};
  if (const auto token = json.find("token"); token != json.end() && token->is_number()) entry.token = token->dump();
  return entry;
}

Result<std::vector<AuditEntry>> last_audit_entries(const std::string& path, std::size_t most,
                                                   const std::function<bool(const AuditEntry&)>& wanted) {
  const auto file = open_for_reading(path);
  if (!file) return file.error();
  if (!*file) return std::vector<AuditEntry>();
  std::deque<AuditEntry> last;
  const auto read = for_each_line((*file)->get(), path, [&](const std::string& line) {
    auto entry = parse_audit_line(line);
    if (!entry || !wanted(*entry)) return;
    last.push_back(std::move(*entry));
    if (last.size() > most) last.pop_front();
  });
  if (!read) return read.error();
  return std::vector<AuditEntry>(last.begin(), last.end());
}

}  // namespace twinlock
