// The Match lines of sshd_config: for whom the settings may differ. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace twinlock {

/// One connection to ask `sshd -T -C` about.
struct SshdProbe {
  std::string who;  ///< For people.
  std::string user;
  std::string host = "client.example.com";
  std::string address = "192.0.2.1";
  std::optional<std::string> local_port{};
};

/// Some member of a group; nullopt: it has none.
using MemberLookup = std::function<std::optional<std::string>(const std::string& group)>;

/// The text of each file that an Include names, patterns included.
using IncludeReader = std::function<std::vector<std::string>(const std::string& pattern)>;

/// A connection for each Match line, of `typical` where it names no user: one that meets its criteria, as far as one
/// can be found. None for a line about groups that nobody is in.
[[nodiscard]] std::vector<SshdProbe> match_probes(const std::string& config, const IncludeReader& includes,
                                                  const MemberLookup& member_of, const std::string& typical);

}  // namespace twinlock
