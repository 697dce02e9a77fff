#include "cli/record_view.h"

#include "account/lease.h"
#include "base/clock.h"
#include "cli/table.h"
#include "cli/words.h"

namespace twinlock {
namespace {

Json token_json(const Token& token) {
  return {{"id", token.id},
          {"label", std::string(token.label.view())},
          {"type", std::string(name_of(token.type))},
          {"algorithm", std::string(name_of(token.algorithm))},
          {"digits", count_of(token.digits)},
          {"period", token.type == Token::Type::kTotp ? Json(token.period) : Json()},
          {"state", std::string(name_of(token.state))},
          {"failures", token.failures},
          {"last_used", json_time(token.last_used)}};
}

std::string state_text(const Token& token) {
  std::string text(name_of(token.state));
  if (token.locked) text += " (too many failures)";
  if (token.needs_resync) text += " (needs resync)";
  return text;
}

}  // namespace

Json tokens_json(const Record& record) {
  Json tokens = Json::array();
  for (const Token& token : record.tokens) {
    if (token.used()) tokens.push_back(token_json(token));
  }
  return tokens;
}

std::string tokens_text(const Record& record) {
  Table table({"TOKEN", "LABEL", "TYPE", "STATE", "FAILURES", "LAST USED"});
  for (const Token& token : record.tokens) {
    if (!token.used()) continue;
    table.add({std::to_string(token.id), std::string(token.label.view()), description_of(token), state_text(token),
               std::to_string(token.failures), token.last_used.seconds == 0 ? "never" : local_text(token.last_used)});
  }
  return table.text();
}

Json services_json(const Lease& lease) {
  Json services = Json::array();
  for (const ServiceName& service : services_of(lease)) services.push_back(std::string(service.text()));
  return services;
}

}  // namespace twinlock
