// twinlock audit show, export: the lines of the log, for people and for other programs.
#include <algorithm>

#include "audit/audit_reader.h"
#include "cli/audit/audit_desk.h"
#include "cli/audit/log_query.h"
#include "cli/audit/pseudonyms.h"
#include "cli/commands/commands.h"

namespace twinlock {
namespace {

constexpr std::size_t kMostRows = 20'000;    ///< In one table: columns are aligned within it.
constexpr std::size_t kEnough = 256 * 1024;  ///< Bytes to print at once.

struct LineOptions {
  LogFilter filter;
  bool pseudonyms = false;
};

/// Prints as lines come, so that a long log needs no memory.
class Output {
 public:
  /// `between` stands between entries.
  Output(const Terminal& terminal, std::string_view before, std::string_view between, std::string_view behind)
      : terminal_(terminal), text_(before), between_(between), behind_(behind) {}

  Result<void> add(std::string_view entry) {
    if (!first_) text_ += between_;
    first_ = false;
    text_ += entry;
    if (text_.size() < kEnough) return done();
    const auto printed = terminal_.print(text_);
    text_.clear();
    return printed;
  }

  /// `behind`, and a line end where there is any entry or frame.
  Result<void> finish() {
    text_ += behind_;
    return text_.empty() && first_ ? done() : terminal_.print(text_);
  }

 private:
  const Terminal& terminal_;
  std::string text_;
  std::string_view between_;
  std::string_view behind_;
  bool first_ = true;
};

Output json_array(const Desk& desk) { return {desk.terminal(), "[", ",\n", "]\n"}; }

class Rows {
 public:
  explicit Rows(const Terminal& terminal) : terminal_(terminal) {}

  Result<void> add(const AuditEntry& entry) {
    table_.add({entry.time, entry.event, entry.user, entry.service, entry.address, entry.verdict, entry.token,
                entry.actor, entry.detail});
    ++all_;
    return ++rows_ < kMostRows ? done() : flush();
  }
  Result<void> flush() {
    if (rows_ == 0) return done();
    rows_ = 0;
    return terminal_.print(std::exchange(table_, fresh()).text());
  }
  [[nodiscard]] bool any() const { return all_ != 0; }

 private:
  static Table fresh() {
    return Table({"TIME", "EVENT", "USER", "SERVICE", "ADDRESS", "VERDICT", "TOKEN", "ACTOR", "DETAIL"});
  }

  const Terminal& terminal_;
  Table table_ = fresh();
  std::size_t rows_ = 0;
  std::size_t all_ = 0;
};

/// What is wanted, with the name of the user as the log has it.
Result<LogQuery> query_of(const Desk& desk, LogFilter filter) {
  if (!filter.user.empty()) {
    const auto user = canonical_user(filter.user);
    if (!user) return user.error();
    filter.user = user->text();
  }
  return LogQuery::of(filter, desk.now());
}

Result<ExitStatus> show_table(const Desk& desk, const std::vector<LogFile>& files, const LogQuery& query) {
  Rows rows(desk.terminal());
  const auto visited = for_each_line(files, query, [&](std::string_view line) {
    const auto entry = parse_audit_line(std::string(line));
    return entry ? rows.add(*entry) : done();
  });
  if (!visited) return visited.error();
  if (const auto printed = rows.flush(); !printed) return printed.error();
  if (rows.any()) return ExitStatus::kDone;
  return desk.answer({}, "No such line is in the audit log.\n");
}

Result<ExitStatus> show(Desk& desk, const LineOptions& options) {
  const auto setting = open_audit(desk.config_path());
  if (!setting) return setting.error();
  const auto query = query_of(desk, options.filter);
  if (!query) return query.error();
  const auto files = open_log_files(setting->config.audit.file, Access::kRead);
  if (!files) return files.error();
  if (!desk.wants_json()) return show_table(desk, *files, *query);
  Output output = json_array(desk);
  const auto visited = for_each_line(*files, *query, [&](std::string_view line) { return output.add(line); });
  if (!visited) return visited.error();
  const auto printed = output.finish();
  if (!printed) return printed.error();
  return ExitStatus::kDone;
}

Result<ExitStatus> export_lines(Desk& desk, const LineOptions& options) {
  const auto setting = open_audit(desk.config_path());
  if (!setting) return setting.error();
  const auto query = LogQuery::of(options.filter, desk.now());
  if (!query) return query.error();
  const auto files = open_log_files(setting->config.audit.file, Access::kRead);
  if (!files) return files.error();
  Output output = desk.wants_json() ? json_array(desk) : Output(desk.terminal(), "", "", "");
  const std::string end = desk.wants_json() ? "" : "\n";
  const auto visited = for_each_line(*files, *query, [&](std::string_view line) -> Result<void> {
    if (!options.pseudonyms) return output.add(std::string(line) + end);
    const auto without_names = with_pseudonyms(line, setting->keys.pseudonym);
    if (!without_names) return without_names.error();
    return output.add(*without_names + end);
  });
  if (!visited) return visited.error();
  const auto printed = output.finish();
  if (!printed) return printed.error();
  return ExitStatus::kDone;
}

}  // namespace

void add_audit_lines(Grammar& grammar) {
  const auto options = std::make_shared<LineOptions>();
  LogFilter& filter = options->filter;
  grammar.command("audit show", "show lines of the audit log", [=](Desk& desk) { return show(desk, *options); })
      .text("--user", filter.user, "only those about this user")
      .text("--since", filter.since, "only from this day or time on, or from so long ago (7d)")
      .text("--until", filter.until, "only up to this day or time, which is included")
      .text("--verdict", filter.verdict, "only those with this verdict")
      .text("--event", filter.event, "only those of this event")
      .text("--service", filter.service, "only those of this service");
  grammar
      .command("audit export", "print lines of the audit log as JSON, one a line",
               [=](Desk& desk) { return export_lines(desk, *options); })
      .flag("--pseudonyms", options->pseudonyms, "without names, addresses and details")
      .text("--since", filter.since, "only from this day or time on, or from so long ago (7d)")
      .text("--until", filter.until, "only up to this day or time, which is included");
}

}  // namespace twinlock
