#include "cli/doctor/finding.h"

#include <algorithm>

namespace twinlock {

std::string_view name_of(Health health) {
  switch (health) {
    case Health::kOk: return "ok";
    case Health::kWarn: return "warn";
    case Health::kFail: return "fail";
  }
  return "";
}

std::string flaw_of(const Error& error) { return error.what + ": " + error.why; }

void Findings::add(Finding finding) {
  const auto same = [&](const Finding& other) { return other.id == finding.id && other.what == finding.what; };
  if (std::ranges::none_of(all_, same)) all_.push_back(std::move(finding));
}

void Findings::conclude(const std::string& id, std::string what) {
  if (!has(id)) ok(id, std::move(what));
}

bool Findings::has(std::string_view id) const {
  return std::ranges::any_of(all_, [&](const Finding& finding) { return finding.id == id; });
}

bool Findings::has_flaw(std::string_view id) const {
  return std::ranges::any_of(all_,
                             [&](const Finding& finding) { return finding.id == id && finding.result != Health::kOk; });
}

std::size_t Findings::count(Health health) const {
  return static_cast<std::size_t>(std::ranges::count(all_, health, &Finding::result));
}

void Findings::name_rules(const std::function<std::string(const Way&)>& rule_for) {
  for (Way& way : ways_) way.rule = rule_for(way);
}

}  // namespace twinlock
