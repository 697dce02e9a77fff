// twinlock list: everybody who has a record. A bad record is named and the list goes on.
#include <algorithm>

#include "base/clock.h"
#include "cli/commands/commands.h"

namespace twinlock {
namespace {

struct Row {
  std::string user;
  std::string_view state;
  std::size_t tokens = 0;
  UnixTime last_used;
};

Row row_of(const std::string& user, const Record& record) {
  const auto active = std::ranges::count(record.tokens, Token::State::kActive, &Token::state);
  return {user, state_of(record), static_cast<std::size_t>(active), record.last_used};
}

Json json_of(const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const Row& row : rows) {
    list.push_back({{"user", row.user},
                    {"state", std::string(row.state)},
                    {"tokens", row.tokens},
                    {"last_used", json_time(row.last_used)}});
  }
  return list;
}

std::string text_of(const std::vector<Row>& rows, ExitStatus status) {
  if (rows.empty() && status != ExitStatus::kDone) return "";  // there are records, and what is wrong has been said
  if (rows.empty()) return "Nobody is enrolled yet. Begin with: twinlock enrol USER\n";
  Table table({"USER", "STATE", "TOKENS", "LAST USED"});
  for (const Row& row : rows) {
    table.add({row.user, std::string(row.state), std::to_string(row.tokens),
               row.last_used.seconds == 0 ? "never" : local_text(row.last_used)});
  }
  return table.text();
}

Result<ExitStatus> list(Desk& desk) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  std::vector<Row> rows;
  ExitStatus status = ExitStatus::kDone;
  const auto listed = workplace->store->for_each([&](const StoreEntry& entry) {
    if (entry.loaded) {
      rows.push_back(row_of(entry.name, *entry.loaded->record));
    } else {
      desk.complain(entry.loaded.error());
      status = status_of(entry.loaded.error().code);
    }
  });
  if (!listed) return listed.error();
  std::ranges::sort(rows, {}, &Row::user);
  return desk.answer(json_of(rows), text_of(rows, status), status);
}

}  // namespace

void add_list(Grammar& grammar) { grammar.command("list", "list everybody who has a token or an invitation", list); }

}  // namespace twinlock
