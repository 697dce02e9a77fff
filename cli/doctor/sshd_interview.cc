#include "cli/doctor/sshd_interview.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/clock.h"
#include "cli/program.h"

namespace twinlock {
namespace {

constexpr std::int64_t kPatienceForAll = 30'000;  // milliseconds
constexpr std::int64_t kPatience = 10'000;        // for one answer
constexpr const char* kId = "ssh.config";

std::string line_of(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    const bool quote = word.find(' ') != std::string::npos;
    line += (line.empty() ? "" : " ") + (quote ? "'" + word + "'" : word);
  }
  return line;
}

}  // namespace

SshdInterview::SshdInterview(Findings& findings)
    : findings_(findings), deadline_(monotonic_milliseconds() + kPatienceForAll) {}

std::optional<SshdSettings> SshdInterview::ask(const SshdServer& server, const SshdProbe& probe) {
  std::vector<std::string> words{server.program, "-T", "-C", probe.specification()};
  words.insert(words.end(), server.start.options.begin(), server.start.options.end());
  const std::int64_t left = std::min(kPatience, deadline_ - monotonic_milliseconds());
  if (left <= 0 || mute_.contains(server.where)) {
    findings_.fail(kId, "sshd" + server.where + " was not asked about everybody: it takes too long to answer",
                   "look for a directory service that hangs: " + line_of(words));
    return std::nullopt;
  }
  const auto told = run_program(words, std::chrono::milliseconds(left));
  if (told && told->status == 0) return SshdSettings::parse(told->output);
  if (!told) mute_.insert(server.where);
  findings_.fail(kId,
                 "sshd" + server.where + " cannot say what is in force for " + probe.who + ": " +
                     (told ? told->output : flaw_of(told.error())),
                 "look at: " + line_of(words) + " (sshd wants the directory /run/sshd for it)");
  return std::nullopt;
}

}  // namespace twinlock
