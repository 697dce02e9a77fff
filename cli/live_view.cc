#include "cli/live_view.h"

#include <algorithm>
#include <chrono>

#include "base/clock.h"

namespace twinlock {
namespace {

constexpr std::chrono::seconds kTimeToEnd{5};

bool has_process(const std::vector<LiveSession>& sessions, const ProcessIdentity& process) {
  return std::ranges::find(sessions, process, &LiveSession::process) != sessions.end();
}

bool is_same(const LiveSession& a, const LiveSession& b) { return a.process == b.process && a.label == b.label; }

std::string place_of(const LiveSession& session) {
  return std::string(session.service.text()) + " from " + session.address.text() + " (pid " +
         std::to_string(session.process.pid) + ")";
}

/// A process that was asked to end, by the first of its sessions.
struct Attempt {
  LiveSession session;
  std::optional<UniqueFd> handle;  ///< nullopt: it could not be asked.
};

bool was_asked(const std::vector<Attempt>& attempts, const ProcessIdentity& process) {
  return std::ranges::any_of(attempts, [&](const Attempt& attempt) { return attempt.session.process == process; });
}

/// Without those that had ended by themselves.
std::vector<Attempt> ask_all(const std::vector<LiveSession>& chosen) {
  std::vector<Attempt> attempts;
  for (const LiveSession& session : chosen) {
    if (was_asked(attempts, session.process)) continue;
    auto asked = ask_to_end(session.process);
    if (!asked) {
      attempts.push_back({session, std::nullopt});
    } else if (*asked) {
      attempts.push_back({session, std::move(*asked)});
    }
  }
  return attempts;
}

bool has_ended_by(std::int64_t deadline, const Attempt& attempt) {
  const std::chrono::milliseconds left(std::max<std::int64_t>(0, deadline - milliseconds_since_boot()));
  return attempt.handle && has_ended_within(left, *attempt.handle);
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

Cut cut_connections(const std::vector<LiveSession>& chosen, const std::vector<LiveSession>& all) {
  const std::vector<Attempt> attempts = ask_all(chosen);
  const std::int64_t deadline = milliseconds_since_boot() + std::chrono::milliseconds(kTimeToEnd).count();
  Cut result;
  std::vector<LiveSession> ended;  // one of each process
  for (const Attempt& attempt : attempts) {
    if (has_ended_by(deadline, attempt)) ended.push_back(attempt.session);
  }
  for (const LiveSession& session : chosen) {
    if (was_asked(attempts, session.process))
      (has_process(ended, session.process) ? result.cut : result.remaining).push_back(session);
  }
  for (const LiveSession& other : all) {
    const bool was_chosen = std::ranges::any_of(chosen, [&](const LiveSession& s) { return is_same(s, other); });
    if (!was_chosen && has_process(ended, other.process)) result.also_cut.push_back(other);
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
  for (const LiveSession& session : cut.remaining) {
    text += printable(session.user.text()) + "'s connection does not end: " + place_of(session) +
            "; end it with: kill -KILL " + std::to_string(session.process.pid) + "\n";
  }
  return text;
}

Json json_of(const Cut& cut) {
  return {{"cut", json_of(cut.cut)}, {"also_cut", json_of(cut.also_cut)}, {"remaining", json_of(cut.remaining)}};
}

ExitStatus status_of(const Cut& cut) { return cut.remaining.empty() ? ExitStatus::kDone : ExitStatus::kStore; }

}  // namespace twinlock
