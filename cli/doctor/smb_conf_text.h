// smb.conf as it is written: what testparm(1) does not see through, for it depends on the client. Pure.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace twinlock {

/// "Config File = x" is {"configfile", "x"}: Samba looks at neither case nor blanks of names.
struct SmbConfLine {
  std::string name;
  std::string value;
};

/// All settings, of whatever section. Lines that end in a backslash go on.
[[nodiscard]] std::vector<SmbConfLine> smb_conf_lines(std::string_view text);

/// Another configuration that smbd may read for some clients.
struct SmbConfSwitch {
  enum class Kind { kConfigFile, kInclude };
  Kind kind = Kind::kInclude;
  std::string file;   ///< In which the line stands.
  std::string value;  ///< With its macros.
  bool operator==(const SmbConfSwitch&) const = default;
};

/// Everything that a configuration includes.
struct SmbConfTree {
  std::set<std::string> files;  ///< Those that every client gets.
  std::vector<SmbConfSwitch> switches;
};

/// The text of a file; nullopt: there is none.
using TextReader = std::function<std::optional<std::string>(const std::string& path)>;

[[nodiscard]] SmbConfTree read_smb_conf(const std::string& path, const TextReader& read);

/// Macros as the wildcard of glob(7): "/etc/samba/%m.conf" is "/etc/samba/*.conf".
[[nodiscard]] std::string pattern_of(std::string_view value);

/// The first setting of that text that decides who gets in, or where; nullopt: there is none.
[[nodiscard]] std::optional<std::string> decisive_setting(std::string_view text);

}  // namespace twinlock
