// How an smbd was started, or will be: what of it decides who gets in. Pure.
#pragma once

#include <string>
#include <vector>

namespace twinlock {

struct SmbdStart {
  std::string config_file = "/etc/samba/smb.conf";
  std::vector<std::string> options;  ///< "--option=…", as testparm(1) takes them too.
  bool operator==(const SmbdStart&) const = default;
};

/// From the arguments of smbd, without its own name.
[[nodiscard]] SmbdStart smbd_start_of(const std::vector<std::string>& arguments);

}  // namespace twinlock
