#include "live/live_sessions.h"

#include <algorithm>
#include <functional>

#include "live/text_lines.h"

namespace twinlock {
namespace {

constexpr std::size_t kLongestLabel = 32;
constexpr std::string_view kByLease = "lease";
constexpr std::string_view kByLogin = "login";

bool is_plain(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kLongestLabel && std::ranges::all_of(text, is_plain);
}

std::string name_of_file(const ProcessIdentity& process, const std::string& label) {
  return std::to_string(process.pid) + "." + label;
}

/// Lines: start of the process, since, service, address, basis, user.
std::optional<LiveSession> parse_session(std::int32_t pid, std::string_view label, std::string_view text) {
  const auto started = next_line(text);
  const auto since = next_line(text);
  const auto service = next_line(text);
  const auto address = next_line(text);
  const auto basis = next_line(text);
  const auto user = next_line(text);
  if (!user || !text.empty()) return std::nullopt;
  const auto started_at = number_in<std::uint64_t>(*started);
  const auto since_when = number_in<std::int64_t>(*since);
  const auto service_name = ServiceName::parse(*service);
  const auto client = Address::parse(*address);
  const auto name = Username::parse(*user);
  if (!started_at || !since_when || !service_name || !client || !name) return std::nullopt;
  return LiveSession{{pid, *started_at},
                     std::string(label),
                     *name,
                     *service_name,
                     *client,
                     UnixTime{*since_when},
                     *basis == kByLease ? LiveSession::Basis::kLease : LiveSession::Basis::kLogin};
}

/// The session that a file tells of; nullopt: none that can be read.
Result<std::optional<LiveSession>> read_session(const RunDirectory& sessions, const std::string& name) {
  const auto dot = name.find('.');
  const auto pid = number_in<std::int32_t>(std::string_view(name).substr(0, dot));
  const auto label = dot == std::string::npos ? "" : name.substr(dot + 1);
  if (!pid || !is_label(label)) return std::optional<LiveSession>();
  const auto content = sessions.read(name);
  if (!content) return content.error();
  return *content ? parse_session(*pid, label, (*content)->text()) : std::nullopt;
}

bool is_double(const LiveSession& a, const LiveSession& b) {
  return a.process == b.process && a.user == b.user && a.service == b.service && a.address == b.address &&
         a.basis == b.basis;
}

std::vector<LiveSession> without_doubles(const std::vector<LiveSession>& sessions) {
  std::vector<LiveSession> different;
  for (const LiveSession& session : sessions) {
    const bool known = std::ranges::any_of(different, [&](const LiveSession& s) { return is_double(s, session); });
    if (!known) different.push_back(session);
  }
  return different;
}

}  // namespace

std::string label_of_login(const Username& user) {
  return "login" + std::to_string(std::hash<std::string>()(user.text()));
}

std::string label_from_terminal(std::string_view terminal) {
  const auto slash = terminal.rfind('/');
  const auto last = slash == std::string_view::npos ? std::string_view() : terminal.substr(slash + 1);
  return is_label(last) ? std::string(last) : "0";
}

Result<void> note_session(const RunDirectory& sessions, const LiveSession& session) {
  const std::string numbers = std::to_string(session.process.started) + "\n" + std::to_string(session.since.seconds);
  const auto basis = session.basis == LiveSession::Basis::kLease ? kByLease : kByLogin;
  return sessions.put(name_of_file(session.process, session.label),
                      {numbers, "\n", session.service.text(), "\n", session.address.text(), "\n", basis, "\n",
                       session.user.text(), "\n"});
}

Result<std::optional<LiveSession>> find_session(const RunDirectory& sessions, const ProcessIdentity& process,
                                                const std::string& label, const Username& user) {
  auto noted = read_session(sessions, name_of_file(process, label));
  if (!noted) return noted.error();
  const bool same = *noted && (*noted)->process == process && (*noted)->user == user;
  return same ? std::move(*noted) : std::optional<LiveSession>();
}

Result<void> forget_session(const RunDirectory& sessions, const ProcessIdentity& process, const std::string& label,
                            const Username& user) {
  const auto noted = find_session(sessions, process, label, user);
  if (!noted) return noted.error();
  return *noted ? sessions.remove(name_of_file(process, label)) : done();
}

Result<std::vector<LiveSession>> live_sessions(const RunDirectory& sessions) {
  const auto names = sessions.names();
  if (!names) return names.error();
  std::vector<LiveSession> live;
  for (const std::string& name : *names) {
    auto session = read_session(sessions, name);
    if (!session) return session.error();
    if (!*session) continue;
    const auto running = is_running((*session)->process);
    if (!running) return running.error();
    if (*running) {
      live.push_back(std::move(**session));
    } else if (const auto removed = sessions.remove(name); !removed) {
      return removed.error();
    }
  }
  std::ranges::stable_sort(live, {}, &LiveSession::since);
  return without_doubles(live);
}

}  // namespace twinlock
