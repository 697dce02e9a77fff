#include "cli/doctor/doctor_view.h"

#include <algorithm>
#include <map>

#include "base/printable.h"
#include "cli/table.h"

namespace twinlock {
namespace {

std::string part_of(const Finding& finding) { return finding.id.substr(0, finding.id.find('.')); }

/// On one line, whatever programs have printed into it.
std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  return printable(text);
}

std::string in_full(const Findings& findings, Health health, const std::string& word) {
  std::string text;
  for (const Finding& finding : findings.all()) {
    if (finding.result != health) continue;
    text +=
        word + "  " + finding.id + "\n      " + one_line(finding.what) + "\n      -> " + one_line(finding.mend) + "\n";
  }
  return text;
}

std::string good_ones(const Findings& findings) {
  std::map<std::string, std::size_t> counts;
  for (const Finding& finding : findings.all()) counts[part_of(finding)] += finding.result == Health::kOk ? 1U : 0U;
  std::string text = "ok   ";
  for (const auto& [part, count] : counts) {
    if (count > 0) text += " " + part + " " + std::to_string(count);
  }
  return text + "\n";
}

std::string ways_table(const Findings& findings) {
  if (findings.ways().empty()) return "";
  Table table({"WAY IN", "WHO", "WITH", "WITHOUT A CODE", "WITH A CODE"});
  for (const Way& way : findings.ways()) {
    const std::string shut = way.rule.empty() ? "closed" : "by rule " + printable(way.rule);
    table.add({way.service, way.who, way.how, way.without_code ? "OPEN" : shut, way.with_code ? "open" : "closed"});
  }
  return "\n" + table.text();
}

std::string sentence(const Findings& findings) {
  std::string open;
  for (const Way& way : findings.ways()) {
    const std::string words = way.who + " over " + way.service + " with " + way.how;
    if (way.without_code && open.find(words) == std::string::npos) open += (open.empty() ? "" : "; ") + words;
  }
  const bool spared = findings.has("rules.spare");
  const std::size_t flaws = findings.count(Health::kFail) + findings.count(Health::kWarn);
  if (!open.empty()) return "Without a code gets in: " + printable(open) + ".";
  std::string text =
      spared ? "Nobody gets in without a code, but where a rule says so" : "Nobody gets in without a code";
  if (flaws == 0) return text + "; all is well.";
  return text + ", but " + std::to_string(flaws) + (flaws == 1 ? " thing needs" : " things need") + " your attention.";
}

const Finding* first_of(const Findings& findings, Health health) {
  const auto found = std::ranges::find(findings.all(), health, &Finding::result);
  return found == findings.all().end() ? nullptr : &*found;
}

/// What monitoring takes for the beginning of performance data.
std::string without_bars(std::string text) {
  std::ranges::replace(text, '|', '/');
  return text;
}

}  // namespace

std::string findings_text(const Findings& findings) {
  return in_full(findings, Health::kFail, "FAIL") + in_full(findings, Health::kWarn, "warn") + good_ones(findings) +
         ways_table(findings) + "\n" + sentence(findings) + "\n";
}

Json findings_json(const Findings& findings) {
  Json checks = Json::array();
  for (const Finding& finding : findings.all()) {
    checks.push_back(
        {{"id", finding.id}, {"result", name_of(finding.result)}, {"what", finding.what}, {"mend", finding.mend}});
  }
  Json ways = Json::array();
  for (const Way& way : findings.ways()) {
    ways.push_back({{"service", way.service},
                    {"who", way.who},
                    {"how", way.how},
                    {"without_code", way.without_code},
                    {"with_code", way.with_code},
                    {"rule", way.rule.empty() ? Json() : Json(way.rule)}});
  }
  return {{"checks", std::move(checks)}, {"ways", std::move(ways)}};
}

std::string nagios_line(const Findings& findings) {
  const std::size_t fails = findings.count(Health::kFail);
  const std::size_t warns = findings.count(Health::kWarn);
  std::string text = fails > 0 ? "CRITICAL" : warns > 0 ? "WARNING" : "OK";
  text += " - " + std::to_string(findings.all().size()) + " checks";
  if (const Finding* worst = first_of(findings, fails > 0 ? Health::kFail : Health::kWarn)) {
    text += ", " + worst->id + ": " + one_line(worst->what);
    if (fails + warns > 1) text += " (and " + std::to_string(fails + warns - 1) + " more)";
  }
  return "TWINLOCK " + without_bars(text) + " | fails=" + std::to_string(fails) + " warns=" + std::to_string(warns) +
         "\n";
}

std::string nagios_unknown(const std::string& why) {
  return "TWINLOCK UNKNOWN - " + without_bars(one_line(why)) + "\n";
}

}  // namespace twinlock
