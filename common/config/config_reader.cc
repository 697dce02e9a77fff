#include "config/config_reader.h"

#include "config/table_reader.h"
#include "config/text_checks.h"
#include "config/toml_document.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20;
constexpr std::size_t kOpensBytes = 32;  ///< What a record keeps of the services that a lease opens.

constexpr Seconds kHour(3600);
constexpr Seconds kForever = days(36500);

TextTaker into(std::string& value, Result<void> (*check)(const std::string&)) {
  return [&value, check](const std::string& text) -> Result<void> {
    if (const auto checked = check(text); !checked) return checked;
    value = text;
    return done();
  };
}

/// A list of texts as they are.
void read_texts(TableReader& table, std::string_view key, std::vector<std::string>& list,
                Result<void> (*check)(const std::string&)) {
  table.read_list(
      key, [&] { list.clear(); },
      [&](const std::string& text) -> Result<void> {
        if (const auto checked = check(text); !checked) return checked;
        list.push_back(text);
        return done();
      });
}

/// A list of things that can be parsed from text.
template <typename T>
void read_parsed(TableReader& table, std::string_view key, std::vector<T>& list) {
  table.read_list(
      key, [&] { list.clear(); },
      [&](const std::string& text) -> Result<void> {
        auto parsed = T::parse(text);
        if (!parsed) return parsed.error();
        list.push_back(std::move(*parsed));
        return done();
      });
}

void read_store(TableReader& table, StoreConfig& store) {
  table.read_text("url", into(store.url, check_store_url));
  table.read_text("key_file", into(store.key_file, check_absolute_path));
  table.read_text("run_dir", into(store.run_dir, check_absolute_path));
  table.read_text("state_dir", into(store.state_dir, check_absolute_path));
  table.read("bind_uid", store.bind_uid);
}

void read_audit(TableReader& table, AuditConfig& audit) {
  table.read_text("file", into(audit.file, check_optional_path));
  table.read("retention", audit.retention, {days(1), kForever});
  table.read("exempt", audit.exempt);
}

void read_throttle(TableReader& table, ThrottleConfig& throttle) {
  constexpr Range<std::uint32_t> kBudgets{0, 100'000};
  constexpr Range<double> kRefills{0, 10'000};
  table.read("free_attempts", throttle.free_attempts, {0, 100});
  table.read("first_delay", throttle.first_delay, {Seconds(1), 24 * kHour});
  table.read("max_delay", throttle.max_delay, {Seconds(1), 24 * kHour});
  table.read("budget_unknown", throttle.budget_unknown, kBudgets);
  table.read("refill_unknown", throttle.refill_unknown, kRefills);
  table.read("budget_known", throttle.budget_known, kBudgets);
  table.read("refill_known", throttle.refill_known, kRefills);
  table.read("disable_after", throttle.disable_after, {1, 100});
  if (throttle.first_delay > throttle.max_delay) {
    table.object(table.has("first_delay") ? "first_delay" : "max_delay",
                 "makes the first delay longer than the longest", "make first_delay at most max_delay");
  }
}

void read_address(TableReader& table, AddressPrefixes& prefixes) {
  table.read("ipv4_prefix", prefixes.ipv4, {8, 32});
  table.read("ipv6_prefix", prefixes.ipv6, {32, 128});
}

void read_helpdesk(TableReader& table, HelpdeskConfig& helpdesk) {
  table.read_text("phone", into(helpdesk.phone, check_phone));
  table.read("bypass_max", helpdesk.bypass_max, {Seconds(60), 24 * kHour});
  read_texts(table, "protected_groups", helpdesk.protected_groups, check_group);
}

void read_notify(TableReader& table, NotifyConfig& notify) {
  table.read_text("command", into(notify.command, check_optional_path));
  read_texts(table, "events", notify.events, check_event);
}

std::size_t joined_bytes(const std::vector<ServiceName>& services) {
  std::size_t bytes = 0;
  for (const ServiceName& service : services) bytes += service.text().size() + 1;
  return bytes == 0 ? 0 : bytes - 1;
}

void read_service(TableReader& table, std::string_view name, ServiceConfig& service) {
  table.read("lease", service.lease, {Seconds(0), days(30)});
  read_parsed(table, "opens", service.opens);
  if (joined_bytes(service.opens) > kOpensBytes) {
    table.object("opens", "names too many services", "joined by commas they may have 32 bytes");
  }
  if (name != "samba") return;  // elsewhere a separator would promise what nobody does
  std::string separator(1, service.separator);
  table.read_text("separator", into(separator, check_separator));
  service.separator = separator[0];
}

void read_services(TableReader& top, ServiceConfigs& services, Flaws& flaws) {
  top.read_named_tables("service", [&](TableReader& table, const std::string& name, int line) {
    if (const auto parsed = ServiceName::parse(name); !parsed) {
      flaws.add(line, "service." + quotable(name) + ": the service name " + parsed.error().why,
                "write the name of a PAM service, such as [service.sshd]");
    }
    read_service(table, name, services[name]);
  });
}

Rule read_rule(TableReader& table, int line) {
  Rule rule;
  rule.line = line;
  table.read_text("name", into(rule.name, check_rule_name));
  read_parsed(table, "services", rule.services);
  read_parsed(table, "users", rule.users);
  read_texts(table, "groups", rule.groups, check_group);
  read_parsed(table, "networks", rule.networks);
  table.read_choice<Action>("action", rule.action,
                            {{"require", Action::kRequire},
                             {"exempt", Action::kExempt},
                             {"deny", Action::kDeny},
                             {"observe", Action::kObserve}});
  table.read("until", rule.until);
  if (!table.has("name")) table.object("name", "is missing", "each rule needs a name, for logs and messages", line);
  if (!table.has("action")) table.object("action", "is missing", "write require, exempt, deny or observe", line);
  return rule;
}

void read_rules(TableReader& top, std::vector<Rule>& rules) {
  top.read_tables("rule", [&](TableReader& table, int line) {
    Rule rule = read_rule(table, line);
    for (const Rule& earlier : rules) {
      if (earlier.name != rule.name || !table.has("name")) continue;
      table.object("name", "is taken by the rule in line " + std::to_string(earlier.line), "name it otherwise");
    }
    rules.push_back(std::move(rule));
  });
}

void read_all(TableReader& top, Config& config, Flaws& flaws) {
  top.read_text("issuer", into(config.issuer, check_issuer));
  top.read_choice<Language>("language", config.language, {{"en", Language::kEnglish}, {"de", Language::kGerman}});
  top.read_table("store", [&](TableReader& table) { read_store(table, config.store); });
  top.read_table("audit", [&](TableReader& table) { read_audit(table, config.audit); });
  top.read_table("code", [&](TableReader& table) { table.read("window", config.window, {0, 10}); });
  top.read_table("throttle", [&](TableReader& table) { read_throttle(table, config.throttle); });
  top.read_table("address", [&](TableReader& table) { read_address(table, config.prefixes); });
  read_services(top, config.services, flaws);
  top.read_table("helpdesk", [&](TableReader& table) { read_helpdesk(table, config.helpdesk); });
  top.read_table("notify", [&](TableReader& table) { read_notify(table, config.notify); });
  read_rules(top, config.rules);
  top.finish();
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& path) {
  const auto document = parse_toml(text, path);
  if (!document) return document.error();
  Config config;
  config.path = path;
  Flaws flaws(path);
  TableReader top(*document, "", flaws);
  read_all(top, config, flaws);
  if (flaws.first()) return *flaws.first();
  return config;
}

Result<SecretBytes> read_config_text(const std::string& path) {
  return read_trusted_file({path, Privacy::kPublic, Error::Code::kConfig}, kLargestFile);
}

Result<Config> read_config(const std::string& path) {
  const auto text = read_config_text(path);
  if (!text) return text.error();
  return parse_config(text->text(), path);
}

}  // namespace twinlock
