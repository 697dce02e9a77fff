#include "cli/live_view.h"

#include <algorithm>

#include "base/clock.h"

namespace twinlock {
namespace {

bool has_process(const std::vector<LiveSession>& sessions, const ProcessIdentity& process) {
  return std::ranges::find(sessions, process, &LiveSession::process) != sessions.end();
}

bool is_same(const LiveSession& a, const LiveSession& b) { return a.process == b.process && a.label == b.label; }

std::string place_of(const LiveSession& session) {
  return std::string(session.service.text()) + " from " + session.address.text() + " (pid " +
         std::to_string(session.process.pid) + ")";
}

}  // namespace

Result<std::vector<LiveSession>> read_live_sessions(const Config& config) {
  const auto directory = RunDirectory::open(config.store.run_dir, kSessionDirectory);
  if (!directory) return directory.error();
  return live_sessions(*directory);
}

Json json_of(const LiveSession& session) {
  return {{"user", session.user.text()},
          {"service", session.service.text()},
          {"address", session.address.text()},
          {"pid", session.process.pid},
          {"since", json_time(session.since)}};
}

Json json_of(const std::vector<LiveSession>& sessions) {
  Json list = Json::array();
  for (const LiveSession& session : sessions) list.push_back(json_of(session));
  return list;
}

std::string table_of(const std::vector<LiveSession>& sessions) {
  Table table({"USER", "SERVICE", "ADDRESS", "PID", "SINCE"});
  for (const LiveSession& session : sessions) {
    table.add({session.user.text(), std::string(session.service.text()), session.address.text(),
               std::to_string(session.process.pid), local_text(session.since)});
  }
  return table.text();
}

Result<Cut> cut_connections(const std::vector<LiveSession>& chosen, const std::vector<LiveSession>& all) {
  Cut result;
  for (const LiveSession& session : chosen) {
    if (has_process(result.cut, session.process)) {  // asked to end already
      result.cut.push_back(session);
      continue;
    }
    const auto ended = end_process(session.process);
    if (!ended) return ended.error();
    if (*ended == Ending::kAsked) result.cut.push_back(session);
  }
  for (const LiveSession& other : all) {
    const bool was_chosen = std::ranges::any_of(chosen, [&](const LiveSession& s) { return is_same(s, other); });
    if (!was_chosen && has_process(result.cut, other.process)) result.also_cut.push_back(other);
  }
  return result;
}

std::string sentences_of(const Cut& cut) {
  std::string text;
  for (const LiveSession& session : cut.cut) {
    text += "cut " + printable(session.user.text()) + "'s connection: " + place_of(session) + "\n";
  }
  for (const LiveSession& session : cut.also_cut) {
    text += printable(session.user.text()) + " used the same connection and must connect again: " + place_of(session) +
            "\n";
  }
  return text;
}

}  // namespace twinlock
