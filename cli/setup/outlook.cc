#include "cli/setup/outlook.h"

#include <algorithm>

#include "account/enrolment.h"
#include "base/printable.h"

namespace twinlock {
namespace {

bool is_lenient(const Rule& rule, const ServiceName& service, const CivilDate& today) {
  const bool passes = rule.action == Action::kExempt || rule.action == Action::kObserve;
  const bool is_here = rule.services.empty() || std::ranges::find(rule.services, service) != rule.services.end();
  return passes && is_here && (!rule.until || today <= *rule.until);
}

std::string users(std::size_t count) { return std::to_string(count) + (count == 1 ? " user" : " users"); }

}  // namespace

Result<Outlook> look_ahead(Workplace& workplace, const ServiceName& service, const CivilDate& today) {
  Outlook outlook;
  const auto listed = workplace.store->for_each([&](const StoreEntry& entry) {
    if (!entry.loaded) return;  // `twinlock list` names it; a login would be refused
    const Record& record = *entry.loaded->record;
    const bool has_token =
        std::ranges::any_of(record.tokens, [](const Token& token) { return token.state == Token::State::kActive; });
    if (has_token && state_of(record) == "active") outlook.enrolled.push_back(entry.name);
    if (state_of(record) == "invited") ++outlook.invited;
  });
  if (!listed) return listed.error();
  std::ranges::sort(outlook.enrolled);
  for (const Rule& rule : workplace.config.rules) {
    if (is_lenient(rule, service, today)) outlook.lenient.push_back(rule);
  }
  return outlook;
}

// A key is asked for first, then for what may turn out to be no question at all: who says BatchMode=yes stays away from
// it.
constexpr const char* kJobsWithKeys =
    "Jobs that log in with a key and BatchMode=yes are REFUSED all the same, unless sshd_config says for them:\n"
    "  Match User NAME\n"
    "      AuthenticationMethods publickey\n";

std::string words_of(const Outlook& outlook, const std::string& name) {
  std::string text = "From then on " + name + " lets in who gives a code: " + users(outlook.enrolled.size()) +
                     " with a phone enrolled, " + std::to_string(outlook.invited) + " invited.\n" +
                     "EVERYBODY ELSE IS REFUSED, root and jobs that log in included";
  if (outlook.lenient.empty()) return text + "; no rule exempts or observes anybody.\n";
  text += ", except by these rules:\n";
  for (const Rule& rule : outlook.lenient) {
    text += std::string(rule.action == Action::kExempt ? "  exempt   " : "  observe  ") + printable(rule.name) + "\n";
  }
  return name == "SSH" ? text + kJobsWithKeys : text;
}

}  // namespace twinlock
