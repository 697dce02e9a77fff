// What `twinlock doctor` looks at, part by part. Nothing is changed, and nothing that is missing or strange ends it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/desk.h"
#include "cli/doctor/finding.h"

namespace twinlock {

/// What one part finds out that another needs.
struct Census {
  std::optional<std::string> first_user;  ///< Somebody with an active token; root only where nobody else has one.
  std::set<std::string> with_token;       ///< Whoever has an active one.
  std::size_t invited = 0;                ///< Invitations that are out.
  /// Who came in from where lately, by the audit log.
  std::vector<std::pair<Address, std::set<std::string>>> seen;
};

struct Examination {
  const Desk& desk;
  std::optional<std::string> user;  ///< --user
  std::optional<Config> config{};   ///< nullopt: it cannot be read.
  Census census{};
  Findings findings{};
};

void examine_config(Examination& exam);      ///< First: fills `config`.
void examine_files(Examination& exam);       ///< Owners, modes, programs, audit log, last backup, unfinished setup.
void examine_records(Examination& exam);     ///< Key and records; fills the census.
void examine_machine(Examination& exam);     ///< Space, file systems, clock, timer, SELinux, AppArmor.
void examine_rules(Examination& exam);       ///< Rules; fills the rest of the census.
void examine_ssh(Examination& exam);         ///< sshd and its stack.
void examine_samba(Examination& exam);       ///< smbd and its stack.
void name_sparing_rules(Examination& exam);  ///< By which rules the ways found are open. Behind the two before.
void examine_other_pam(Examination& exam);   ///< su, sudo, login, and who else meets our lines.

}  // namespace twinlock
