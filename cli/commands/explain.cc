// twinlock explain USER: why the last logins were refused, in words that can be read out on the telephone.
#include <algorithm>
#include <array>

#include "audit/audit_log.h"
#include "audit/audit_reader.h"
#include "cli/commands/commands.h"
#include "config/config_reader.h"
#include "text/explanations.h"

namespace twinlock {
namespace {

constexpr std::size_t kMostRefusals = 10;

bool is_refusal(const AuditEntry& entry) {
  const auto verdict = verdict_named(entry.verdict);
  return (entry.event == "login" || entry.event == "account") && verdict && !lets_in(*verdict);
}

std::string words_for(const AuditEntry& entry, Language language) {
  const auto verdict = verdict_named(entry.verdict);
  const bool without_code =
      verdict == Verdict::kWrongCode && (entry.event == "account" || entry.detail == kNoCodeInName);
  return std::string(without_code ? explanation_of_missing_code(language)
                                  : explanation(language, verdict.value_or(Verdict::kUnavailable)));
}

Json json_of(const std::vector<AuditEntry>& entries, Language language) {
  Json list = Json::array();
  for (const AuditEntry& entry : entries) {
    list.push_back({{"time", entry.time},
                    {"service", entry.service},
                    {"address", entry.address},
                    {"verdict", entry.verdict},
                    {"words", words_for(entry, language)}});
  }
  return list;
}

std::string text_of(const std::vector<AuditEntry>& entries, Language language) {
  if (entries.empty()) return "No refused login is on record.\n";
  Table table({"TIME", "SERVICE", "ADDRESS", "WHY"});
  for (const AuditEntry& entry : entries) {
    table.add({entry.time, entry.service, entry.address, words_for(entry, language)});
  }
  return table.text();
}

/// Nothing on record of a name that NSS does not know either: most likely a typing error.
Result<void> see_that_it_is_somebody(const Username& user) {
  const auto account = find_account(user.text());
  if (!account) return account.error();
  if (*account) return done();
  return Error{Error::Code::kNotFound, "user " + printable(user.text()),
               "is unknown to this system, and no refused login is on record", "mend the name"};
}

Result<ExitStatus> explain(Desk& desk, const std::string& typed) {
  const auto config = read_config(desk.config_path());
  if (!config) return config.error();
  if (config->audit.file.empty()) {
    return Error{Error::Code::kConfig, "[audit] file", "is empty: refused logins are on record in syslog only", ""};
  }
  const auto user = canonical_user(typed);
  if (!user) return user.error();
  const auto of_this_user = [&](const AuditEntry& entry) { return entry.user == user->text() && is_refusal(entry); };
  const auto entries = last_audit_entries(config->audit.file, kMostRefusals, of_this_user);
  if (!entries) return entries.error();
  if (entries->empty()) {
    if (const auto seen = see_that_it_is_somebody(*user); !seen) return seen.error();
  }
  return desk.answer(json_of(*entries, config->language), text_of(*entries, config->language));
}

}  // namespace

void add_explain(Grammar& grammar) {
  const auto user = std::make_shared<std::string>();
  grammar
      .command("explain", "say why a user's last logins were refused", [=](Desk& desk) { return explain(desk, *user); })
      .user(*user);
}

}  // namespace twinlock
