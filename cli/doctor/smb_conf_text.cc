#include "cli/doctor/smb_conf_text.h"

#include <algorithm>
#include <array>

#include "cli/doctor/sshd_settings.h"

namespace twinlock {
namespace {

constexpr int kDeepestInSmbConf = 16;
constexpr std::string_view kBlanks = " \t\r";

constexpr std::array<std::string_view, 24> kDecisiveParameters{"obeypamrestrictions",
                                                               "maptoguest",
                                                               "restrictanonymous",
                                                               "servermultichannelsupport",
                                                               "usernamemap",
                                                               "usernamemapscript",
                                                               "usernamemapcachetime",
                                                               "encryptpasswords",
                                                               "hostnamelookups",
                                                               "guestok",
                                                               "public",
                                                               "guestonly",
                                                               "onlyguest",
                                                               "security",
                                                               "serverrole",
                                                               "nullpasswords",
                                                               "serverminprotocol",
                                                               "minprotocol",
                                                               "protocol",
                                                               "serversmbencrypt",
                                                               "smbencrypt",
                                                               "include",
                                                               "configfile",
                                                               "copy"};

std::string trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return "";
  return std::string(text.substr(start, text.find_last_not_of(kBlanks) - start + 1));
}

std::string folded_name(std::string_view name) {
  std::string folded = folded_case(name);
  std::erase_if(folded, [](char c) { return kBlanks.find(c) != std::string_view::npos; });
  return folded;
}

bool is_remark(std::string_view line) { return line.starts_with('#') || line.starts_with(';'); }

/// Whole lines: those that end in a backslash with what follows them. A remark ends with its line in any case.
std::vector<std::string> joined_lines(std::string_view text) {
  std::vector<std::string> lines;
  std::string line;
  for (const std::string& part : split_text(text, "\n")) {
    line += trimmed(part);
    if (line.ends_with('\\') && !is_remark(line)) {
      line.pop_back();
      continue;
    }
    lines.push_back(std::move(line));
    line.clear();
  }
  lines.push_back(std::move(line));
  return lines;
}

/// The host's name and Samba's version are the same for every client: testparm fills them in.
bool depends_on_the_client(const std::string& value) {
  for (std::size_t at = value.find('%'); at != std::string::npos; at = value.find('%', at + 1)) {
    if (at + 1 >= value.size() || (value[at + 1] != 'h' && value[at + 1] != 'v')) return true;
  }
  return false;
}

void collect(const std::string& path, const TextReader& read, int depth, SmbConfTree& tree) {
  const auto text = read(path);
  if (!text || depth > kDeepestInSmbConf || !tree.files.insert(path).second) return;
  for (const SmbConfLine& line : smb_conf_lines(*text)) {
    if (line.value.empty()) continue;
    if (line.name == "configfile") tree.switches.push_back({SmbConfSwitch::Kind::kConfigFile, path, line.value});
    if (line.name != "include") continue;
    if (depends_on_the_client(line.value)) {
      tree.switches.push_back({SmbConfSwitch::Kind::kInclude, path, line.value});
    } else {
      collect(line.value, read, depth + 1, tree);
    }
  }
}

}  // namespace

std::vector<SmbConfLine> smb_conf_lines(std::string_view text) {
  std::vector<SmbConfLine> lines;
  for (const std::string& line : joined_lines(text)) {
    const auto equals = line.find('=');
    if (line.empty() || is_remark(line) || line[0] == '[' || equals == std::string::npos) continue;
    std::string value = trimmed(std::string_view(line).substr(equals + 1));
    std::erase(value, '"');
    lines.push_back({folded_name(std::string_view(line).substr(0, equals)), std::move(value)});
  }
  return lines;
}

SmbConfTree read_smb_conf(const std::string& path, const TextReader& read) {
  SmbConfTree tree;
  collect(path, read, 0, tree);
  return tree;
}

std::string pattern_of(std::string_view value) {
  std::string pattern;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] != '%') {
      pattern += value[at];
      continue;
    }
    pattern += '*';
    const bool is_variable = value.substr(at + 1).starts_with("$(");  // %$(NAME)
    const auto end = is_variable ? value.find(')', at) : at + 1;
    if (end == std::string_view::npos) break;
    at = end;
  }
  return pattern;
}

std::optional<std::string> decisive_setting(std::string_view text) {
  for (const SmbConfLine& line : smb_conf_lines(text)) {
    if (std::ranges::find(kDecisiveParameters, line.name) != kDecisiveParameters.end()) return line.name;
  }
  return std::nullopt;
}

}  // namespace twinlock
