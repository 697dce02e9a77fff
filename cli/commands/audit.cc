// twinlock audit verify, purge: whether the log is as it was sealed, and taking its beginning away.
#include <charconv>

#include "base/clock.h"
#include "cli/audit/audit_desk.h"
#include "cli/audit/log_files.h"
#include "cli/commands/commands.h"
#include "config/duration.h"

namespace twinlock {
namespace {

struct AuditOptions {
  std::string head;
  std::string older_than;
  bool yes = false;
};

std::string lines_of(const ChainFinding& finding) {
  if (finding.first_line == 0) return "";
  if (finding.first_line >= finding.last_line) return std::to_string(finding.first_line);
  return std::to_string(finding.first_line) + "-" + std::to_string(finding.last_line);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json json_of(const ChainStart& start) {
  if (start.sequence == 0) return {};
  return {{"sequence", start.sequence}, {"time", json_time(start.time)}, {"actor", start.actor}};
}

Json json_of(const ChainReport& report, const HeadReading& head) {
  Json findings = Json::array();
  for (const ChainFinding& finding : report.findings) {
    findings.push_back({{"result", name_of(finding.grade)},
                        {"file", text_or_null(finding.file)},
                        {"lines", text_or_null(lines_of(finding))},
                        {"what", finding.what},
                        {"mend", finding.mend}});
  }
  const bool sealed = head.state == HeadState::kGood && head.head.sequence != 0;
  return {{"result", name_of(report.result)},
          {"lines", report.lines},
          {"seals", report.seals},
          {"unsealed", report.unsealed},
          {"missed", report.missed},
          {"first", text_or_null(report.first)},
          {"last", text_or_null(report.last)},
          {"head", sealed ? Json{{"sequence", head.head.sequence}, {"mac", hex_of(head.head.seal)}} : Json()},
          {"purged", json_of(head.head.start)},
          {"findings", findings}};
}

std::string text_of(const ChainFinding& finding) {
  std::string where = finding.file;
  if (finding.first_line != 0) where += ":" + lines_of(finding);
  return std::string(name_of(finding.grade)) + "  " + printable(where) + ": " + printable(finding.what) + "\n      " +
         printable(finding.mend) + "\n";
}

std::string text_of(const ChainReport& report, const HeadReading& head) {
  std::string text;
  for (const ChainFinding& finding : report.findings) text += text_of(finding);
  text += std::string(name_of(report.result)) + ": " + std::to_string(report.lines) + " lines, " +
          std::to_string(report.seals) + " seals";
  if (!report.first.empty()) text += ", " + printable(report.first) + " to " + printable(report.last);
  text += "\n";
  if (head.head.start.sequence != 0) {
    const ChainStart& start = head.head.start;
    text += "begins behind seal " + std::to_string(start.sequence) + ", purged at " + local_text(start.time) + " by " +
            printable(start.actor) + "\n";
  }
  if (head.state == HeadState::kGood && head.head.sequence != 0) {
    text += "head " + std::to_string(head.head.sequence) + ":" + hex_of(head.head.seal) + "\n";
  }
  return text;
}

/// SEQUENCE:MAC, as `verify` prints it.
Result<std::optional<NotedHead>> parse_noted(const std::string& text) {
  if (text.empty()) return std::optional<NotedHead>();
  NotedHead noted;
  const auto colon = text.find(':');
  const auto [stop, flaw] = std::from_chars(text.data(), text.data() + std::min(colon, text.size()), noted.sequence);
  const auto mac = digest_from_hex(colon == std::string::npos ? "" : std::string_view(text).substr(colon + 1));
  if (flaw != std::errc() || stop != text.data() + colon || !mac) {
    return Error{Error::Code::kUsage, "--head", "is no head", "write SEQUENCE:MAC, as twinlock audit verify prints it"};
  }
  noted.seal = *mac;
  return std::optional(noted);
}

Result<std::vector<ScannedFile>> scan_with_progress(const Desk& desk, const std::vector<LogFile>& files,
                                                    const SecretBytes& key) {
  constexpr std::uint64_t kStep = std::uint64_t{16} << 20U;
  ProgressLine progress(desk.terminal().messages());
  std::uint64_t bytes = 0;
  return scan_all(files, key, [&](std::uint64_t more) {
    if (bytes / kStep != (bytes + more) / kStep) progress.show(std::to_string((bytes + more) >> 20U) + " MB read");
    bytes += more;
  });
}

Result<ExitStatus> verify(Desk& desk, const AuditOptions& options) {
  const auto noted = parse_noted(options.head);
  if (!noted) return noted.error();
  const auto setting = open_audit(desk.config_path());
  if (!setting) return setting.error();
  const auto state = AuditState::lock(setting->config.store.state_dir);
  if (!state) return state.error();
  const auto head = state->read(setting->keys.head);
  if (!head) return head.error();
  const auto files = open_log_files(setting->config.audit.file, Access::kRead);
  if (!files) return files.error();
  auto scanned = scan_with_progress(desk, *files, setting->keys.seal);
  if (!scanned) return scanned.error();
  const ChainFacts facts{std::move(*scanned), head->state, head->head, setting->config.audit.file,
                         state->head_file(),  boot_id(),   desk.now(), *noted};
  const ChainReport report = check_chain(facts);
  const ExitStatus status = report.result == Grade::kFail ? ExitStatus::kNo : ExitStatus::kDone;
  return desk.answer(json_of(report, *head), text_of(report, *head), status);
}

Result<Seconds> age_from(const AuditOptions& options, const Config& config) {
  if (options.older_than.empty()) return config.audit.retention;
  const auto age = parse_duration(options.older_than);
  if (!age) return Error{Error::Code::kUsage, "--older-than", age.error().why, age.error().mend};
  return age;
}

std::string text_of(const Purged& purged) {
  std::string text = std::to_string(purged.lines) + " lines are removed";
  if (purged.sequence != 0) text += "; the log begins behind seal " + std::to_string(purged.sequence);
  text += "\n";
  for (const std::string& file : purged.files) text += "removed " + printable(file) + "\n";
  if (!purged.broken.empty()) text += "the mark of a break is cleared: " + printable(purged.broken) + "\n";
  return text;
}

Result<ExitStatus> purge(Desk& desk, const AuditOptions& options) {
  const auto setting = open_audit(desk.config_path());
  if (!setting) return setting.error();
  const auto age = age_from(options, setting->config);
  if (!age) return age.error();
  const bool all = *age == Seconds(0);  // then also what is sealed in this very second
  const UnixTime before = all ? desk.now() + Seconds(1) : desk.now() - *age;
  const auto agreed =
      desk.agree("Remove all lines of the audit log that were sealed before " + local_text(before) + "?",
                 options.yes ? Consent::kGiven : Consent::kAsk);
  if (!agreed) return agreed.error();
  if (*agreed == Answer::kNo) return ExitStatus::kNo;
  const auto purged = purge_now(desk, *setting, before);
  if (!purged) return purged.error();
  const Json answer = {{"lines", purged->lines},
                       {"files", purged->files},
                       {"sequence", purged->sequence},
                       {"break", text_or_null(purged->broken)}};
  return desk.answer(answer, text_of(*purged));
}

}  // namespace

void add_audit(Grammar& grammar) {
  add_audit_lines(grammar);
  const auto options = std::make_shared<AuditOptions>();
  grammar
      .command("audit verify", "find out whether the audit log is as it was sealed",
               [=](Desk& desk) { return verify(desk, *options); })
      .text("--head", options->head, "SEQUENCE:MAC that was noted elsewhere and must be in the log");
  grammar
      .command("audit purge", "remove old lines of the audit log; the others stay verifiable",
               [=](Desk& desk) { return purge(desk, *options); })
      .text("--older-than", options->older_than, "such as 90d; without it the retention of the configuration")
      .flag("--yes", options->yes, "do not ask");
}

}  // namespace twinlock
