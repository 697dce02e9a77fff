// twinlock sessions [USER]: who is connected now.
#include "cli/commands/commands.h"
#include "cli/live_view.h"
#include "config/config_reader.h"

namespace twinlock {
namespace {

Result<ExitStatus> list(Desk& desk, const std::string& typed) {
  const auto config = read_config(desk.config_path());
  if (!config) return config.error();
  auto sessions = read_live_sessions(*config);
  if (!sessions) return sessions.error();
  if (!typed.empty()) {
    const auto user = canonical_user(typed);
    if (!user) return user.error();
    std::erase_if(*sessions, [&](const LiveSession& session) { return session.user != *user; });
  }
  const std::string text = sessions->empty() ? "Nobody is connected.\n" : table_of(*sessions);
  return desk.answer(json_of(*sessions), text);
}

}  // namespace

void add_sessions(Grammar& grammar) {
  const auto user = std::make_shared<std::string>();
  grammar.command("sessions", "list who is connected now", [=](Desk& desk) { return list(desk, *user); })
      .optional_user(*user);
}

}  // namespace twinlock
