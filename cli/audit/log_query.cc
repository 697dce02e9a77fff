#include "cli/audit/log_query.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "account/verdict.h"
#include "base/clock.h"

namespace twinlock {
namespace {

/// As audit_json() writes it. No name can forge this: within a text each quote is escaped.
std::string field(const char* name, const std::string& value) {
  return "\"" + std::string(name) +
         "\":" + nlohmann::json(value).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

Result<void> visit_file(const LogFile& file, const LogQuery& query,
                        const std::function<Result<void>(std::string_view)>& visit) {
  auto bytes = LogBytes::of(file);
  if (!bytes) return bytes.error();
  std::string rest;
  while (true) {
    const auto block = bytes->next();
    if (!block) return block.error();
    if (block->empty()) break;
    rest += *block;
    std::size_t begin = 0;
    for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', begin)) {
      const std::string_view line = std::string_view(rest).substr(begin, end - begin);
      begin = end + 1;
      if (!query.wants(line)) continue;
      if (const auto visited = visit(line); !visited) return visited;
    }
    rest.erase(0, begin);
  }
  return rest.empty() || !query.wants(rest) ? done() : visit(rest);  // whole but for its end
}

}  // namespace

Result<LogQuery> LogQuery::of(const LogFilter& filter, UnixTime now) {
  LogQuery query;
  if (!filter.since.empty()) {
    const auto since = parse_moment(filter.since, now, "--since");
    if (!since) return since.error();
    query.since_ = rfc3339(since->begin);
  }
  if (!filter.until.empty()) {
    const auto until = parse_moment(filter.until, now, "--until");
    if (!until) return until.error();
    query.until_ = rfc3339(until->end);
  }
  if (!filter.verdict.empty() && !verdict_named(filter.verdict)) {
    return Error{Error::Code::kUsage, "--verdict", "is no verdict", "twinlock(8) lists them below check"};
  }
  const std::pair<const char*, const std::string*> fields[] = {
      {"user", &filter.user}, {"verdict", &filter.verdict}, {"event", &filter.event}, {"service", &filter.service}};
  for (const auto& [name, value] : fields) {
    if (!value->empty()) query.parts_.push_back(field(name, *value));
  }
  return query;
}

bool LogQuery::wants(std::string_view line) const {
  const auto time = time_of_line(line);
  if (time.empty() || (!since_.empty() && time < since_) || (!until_.empty() && time >= until_)) return false;
  const auto holds = [&](const std::string& part) { return line.find(part) != std::string_view::npos; };
  return std::ranges::all_of(parts_, holds) && !parse_seal(line) && nlohmann::json::accept(line);
}

Result<void> for_each_line(const std::vector<LogFile>& files, const LogQuery& query,
                           const std::function<Result<void>(std::string_view)>& visit) {
  const auto order = reading_order(files);
  if (!order) return order.error();
  for (const LogFile* file : *order) {
    if (const auto visited = visit_file(*file, query, visit); !visited) return visited;
  }
  return done();
}

}  // namespace twinlock
