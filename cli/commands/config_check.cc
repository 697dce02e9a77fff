// twinlock config check: reads the configuration and its rules as a login would.
#include "cli/commands/commands.h"
#include "config/config_reader.h"

namespace twinlock {
namespace {

/// A login is refused where a rule names a group that NSS cannot resolve; so is this.
Result<void> check_groups(const Rule& rule) {
  for (const std::string& group : rule.groups) {
    if (const auto known = is_in_group(std::nullopt, group); !known) return known.error();
  }
  return done();
}

Result<ExitStatus> check(Desk& desk) {
  const auto config = read_config(desk.config_path());
  if (!config) return config.error();
  for (const Rule& rule : config->rules) {
    const auto checked = check_groups(rule);
    if (checked) continue;
    Error flaw = checked.error();
    flaw.what = config->path + ":" + std::to_string(rule.line) + ": " + flaw.what;
    return flaw;
  }
  const std::size_t rules = config->rules.size();
  return desk.answer({{"config", config->path}, {"rules", rules}},
                     config->path + ": good, " + std::to_string(rules) + (rules == 1 ? " rule\n" : " rules\n"));
}

}  // namespace

void add_config_check(Grammar& grammar) {
  grammar.command("config check", "read the configuration as a login would", check);
}

}  // namespace twinlock
