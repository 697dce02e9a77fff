// How an sshd was started, or will be: what of it decides who gets in. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinlock {

struct SshdStart {
  /// The name of its PAM service up to OpenSSH 9.7: that of the program as it was called.
  std::string service = "sshd";
  /// What `sshd -T` has to be told: -f, -o and their kin, each followed by its value.
  std::vector<std::string> options;
  /// What the process shows ends in the middle: it may have more options.
  bool is_cut_off = false;
  bool operator==(const SshdStart&) const = default;

  /// The file that -f names; nullopt: the usual one.
  [[nodiscard]] std::optional<std::string> config_file() const;
};

/// From the words of a process that runs sshd, or what it has put in their place as a title:
/// "sshd: /usr/sbin/sshd -D -o UsePAM=no [listener] 0 of 10-100 startups", in which values have lost their quotes.
/// nullopt: it serves one connection only, or takes none.
[[nodiscard]] std::optional<SshdStart> sshd_start_of(const std::vector<std::string>& words);

/// From a file of shell variables as services read them (SSHD_OPTS="-o …"); empty where it sets no such one.
[[nodiscard]] std::vector<std::string> words_of_variable(std::string_view text, std::string_view name);

/// The arguments, without the program, of each command that `systemctl show --property=ExecStart` tells of
/// ("{ path=/usr/sbin/sshd ; argv[]=/usr/sbin/sshd -D $SSHD_OPTS ; … }"); variables are left out.
[[nodiscard]] std::vector<std::vector<std::string>> words_of_exec_start(std::string_view text);

/// As it would be started with these arguments, quotes and blanks in values lost.
[[nodiscard]] SshdStart sshd_start_with(const std::vector<std::string>& arguments);

}  // namespace twinlock
