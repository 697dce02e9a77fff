#include "cli/doctor/match_lines.h"

#include <algorithm>

#include "base/address.h"
#include "cli/doctor/sshd_settings.h"

namespace twinlock {
namespace {

constexpr int kDeepestInSshdConfig = 16;  // as sshd

using Words = std::vector<std::string>;

/// "Keyword value", "Keyword=value" and quotes, to words.
Words words_of_line(std::string line) {
  line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
  const auto equals = line.find('=');
  if (equals != std::string::npos && line.find_first_of(" \t") > equals) line[equals] = ' ';
  std::erase(line, '"');
  Words words = split_text(line, " \t");
  if (!words.empty() && words[0].starts_with('#')) words.clear();
  if (!words.empty()) words[0] = folded_case(words[0]);
  return words;
}

/// Every line with a keyword, those of included files too.
class LineCollector {
 public:
  LineCollector(const IncludeReader& includes, std::string keyword)
      : includes_(includes), keyword_(std::move(keyword)) {}

  std::vector<Words> lines_of(const std::string& text) {
    collect(text, 0);
    return std::move(lines_);
  }

 private:
  void collect(const std::string& text, int depth) {
    if (depth > kDeepestInSshdConfig) return;
    for (const std::string& line : split_text(text, "\r\n")) {
      const Words words = words_of_line(line);
      if (words.empty()) continue;
      if (words[0] == keyword_) lines_.push_back(words);
      if (words[0] != "include") continue;
      for (std::size_t at = 1; at < words.size(); ++at) {
        for (const std::string& file : includes_(words[at])) collect(file, depth + 1);
      }
    }
  }

  const IncludeReader& includes_;
  std::string keyword_;
  std::vector<Words> lines_;
};

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
  for (std::string pattern : split_text(patterns, ",")) {
    std::ranges::replace(pattern, '*', '1');  // "10.0.*"
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

/// "User=bob", "User bob", and words that stand alone, without a value.
std::vector<std::pair<std::string, std::string>> criteria_of(const Words& match) {
  std::vector<std::pair<std::string, std::string>> criteria;
  for (std::size_t at = 1; at < match.size(); ++at) {
    const std::string word = folded_case(match[at]);
    const auto equals = match[at].find('=');
    if (equals != std::string::npos) {
      criteria.emplace_back(word.substr(0, equals), match[at].substr(equals + 1));
    } else if (word == "all" || word == "invalid-user" || word == "canonical" || word == "final") {
      criteria.emplace_back(word, "");
    } else if (at + 1 < match.size()) {
      criteria.emplace_back(word, match[++at]);
    }
  }
  return criteria;
}

/// Makes the probe meet a criterion. False where nobody meets it.
bool meet(const std::string& criterion, const std::string& patterns, const MemberLookup& member_of, SshdProbe& probe) {
  if (criterion == "invalid-user") probe.user = kNobody;
  if (criterion == "user" && patterns != "*") probe.user = example_of(patterns).value_or(probe.user);
  if (criterion == "host") probe.host = example_of(patterns).value_or(probe.host);
  if (criterion == "address") probe.address = address_in(patterns).value_or(probe.address);
  if (criterion == "localport") probe.local_port = example_of(patterns);
  if (criterion == "localaddress") probe.local_address = address_in(patterns);
  if (criterion == "rdomain") probe.routing_domain = example_of(patterns);
  if (criterion != "group" || patterns.find_first_of("!*?") != std::string::npos) return true;
  const auto member = member_in(patterns, member_of);
  if (member) probe.user = *member;
  return member.has_value();
}

}  // namespace

std::string SshdProbe::specification() const {
  std::string text = "user=" + user + ",host=" + host + ",addr=" + address;
  if (local_port || local_address)
    text += ",laddr=" + local_address.value_or("192.0.2.2") + ",lport=" + local_port.value_or("22");
  return routing_domain ? text + ",rdomain=" + *routing_domain : text;
}

std::vector<std::string> values_in(const std::string& config, const IncludeReader& includes,
                                   const std::string& keyword) {
  std::vector<std::string> values;
  for (const Words& words : LineCollector(includes, keyword).lines_of(config)) {
    for (std::size_t at = 1; at < words.size(); ++at) values.push_back(words[at]);
  }
  return values;
}

std::vector<SshdProbe> match_probes(const std::string& config, const IncludeReader& includes,
                                    const MemberLookup& member_of, const std::string& typical) {
  std::vector<SshdProbe> probes;
  for (const Words& match : LineCollector(includes, "match").lines_of(config)) {
    std::string line = "Match";
    SshdProbe probe{"", typical};
    for (std::size_t at = 1; at < match.size(); ++at) line += " " + match[at];
    bool can_be_met = true;
    for (const auto& [criterion, patterns] : criteria_of(match)) {
      can_be_met &= meet(criterion, patterns, member_of, probe);
    }
    probe.who = probe.user + " (" + line + ")";
    if (can_be_met) probes.push_back(std::move(probe));
  }
  return probes;
}

}  // namespace twinlock
