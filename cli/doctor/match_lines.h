// The Match lines of sshd_config: for whom the settings may differ. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace twinlock {

inline constexpr const char* kNobody = "twinlock-nobody";  ///< A name that the system does not know.

/// One connection to ask `sshd -T -C` about.
struct SshdProbe {
  std::string who;  ///< For people.
  std::string user;
  std::string host = "client.example.com";
  std::string address = "192.0.2.1";
  std::optional<std::string> local_port{};
  std::optional<std::string> local_address{};
  std::optional<std::string> routing_domain{};

  /// As `sshd -T -C` wants it.
  [[nodiscard]] std::string specification() const;
};

/// Some member of a group; nullopt: it has none.
using MemberLookup = std::function<std::optional<std::string>(const std::string& group)>;

/// The text of each file that an Include names, patterns included.
using IncludeReader = std::function<std::vector<std::string>(const std::string& pattern)>;

/// The values of all lines with that keyword (in lower case), in whatever Match they stand and in included files too.
[[nodiscard]] std::vector<std::string> values_in(const std::string& config, const IncludeReader& includes,
                                                 const std::string& keyword);

/// A connection for each Match line, of `typical` where it names no user: one that meets its criteria, as far as one
/// can be found. None for a line about groups that nobody is in.
[[nodiscard]] std::vector<SshdProbe> match_probes(const std::string& config, const IncludeReader& includes,
                                                  const MemberLookup& member_of, const std::string& typical);

}  // namespace twinlock
