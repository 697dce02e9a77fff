#include "cli/doctor/match_lines.h"

#include <algorithm>

#include "base/address.h"
#include "cli/doctor/sshd_settings.h"

namespace twinlock {
namespace {

constexpr int kDeepest = 16;  // as sshd

using Words = std::vector<std::string>;

/// "Keyword value", "Keyword=value" and quotes, to words.
Words words_of(std::string line) {
  const auto equals = line.find('=');
  if (equals != std::string::npos && line.find_first_of(" \t") > equals) line[equals] = ' ';
  std::erase(line, '"');
  Words words = split_text(line, " \t");
  if (!words.empty() && words[0].starts_with('#')) words.clear();
  if (!words.empty()) words[0] = folded_case(words[0]);
  return words;
}

/// Every Match line, those of included files too.
void collect(const std::string& text, const IncludeReader& includes, int depth, std::vector<Words>& matches) {
  if (depth > kDeepest) return;
  for (const std::string& line : split_text(text, "\r\n")) {
    const Words words = words_of(line);
    if (words.empty()) continue;
    if (words[0] == "match") matches.push_back(words);
    if (words[0] != "include") continue;
    for (std::size_t at = 1; at < words.size(); ++at) {
      for (const std::string& file : includes(words[at])) collect(file, includes, depth + 1, matches);
    }
  }
}

/// The first pattern that is not negated, with wildcards filled in.
std::optional<std::string> example_of(const std::string& patterns) {
  for (std::string pattern : split_text(patterns, ",")) {
    if (pattern.starts_with('!')) continue;
    std::ranges::replace(pattern, '*', 'x');
    std::ranges::replace(pattern, '?', 'x');
    return pattern;
  }
  return std::nullopt;
}

std::optional<std::string> address_in(const std::string& patterns) {
  for (const std::string& pattern : split_text(patterns, ",")) {
    if (const auto network = Network::parse(pattern)) return network->base().text();
  }
  return std::nullopt;
}

/// A member of one of the groups; nullopt: nobody is in any of them.
std::optional<std::string> member_in(const std::string& patterns, const MemberLookup& member_of) {
  for (const std::string& group : split_text(patterns, ",")) {
    if (const auto member = member_of(group)) return member;
  }
  return std::nullopt;
}

/// Makes the probe meet a criterion. False where nobody meets it.
bool meet(const std::string& criterion, const std::string& patterns, const MemberLookup& member_of, SshdProbe& probe) {
  if (criterion == "user" && patterns != "*") probe.user = example_of(patterns).value_or(probe.user);
  if (criterion == "host") probe.host = example_of(patterns).value_or(probe.host);
  if (criterion == "address") probe.address = address_in(patterns).value_or(probe.address);
  if (criterion == "localport") probe.local_port = example_of(patterns);
  if (criterion != "group" || patterns.find_first_of("!*?") != std::string::npos) return true;
  const auto member = member_in(patterns, member_of);
  if (member) probe.user = *member;
  return member.has_value();
}

}  // namespace

std::vector<SshdProbe> match_probes(const std::string& config, const IncludeReader& includes,
                                    const MemberLookup& member_of, const std::string& typical) {
  std::vector<Words> matches;
  collect(config, includes, 0, matches);
  std::vector<SshdProbe> probes;
  for (const Words& match : matches) {
    std::string line = "Match";
    SshdProbe probe{"", typical};
    for (std::size_t at = 1; at < match.size(); ++at) line += " " + match[at];
    bool can_be_met = true;
    for (std::size_t at = 1; at + 1 < match.size(); at += 2) {
      can_be_met &= meet(folded_case(match[at]), match[at + 1], member_of, probe);
    }
    probe.who = probe.user + " (" + line + ")";
    if (can_be_met) probes.push_back(std::move(probe));
  }
  return probes;
}

}  // namespace twinlock
