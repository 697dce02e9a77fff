// Which ways into sshd exist for one connection, and whether a code stands in each. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/doctor/finding.h"
#include "cli/doctor/sshd_settings.h"
#include "cli/pam_stack/stack_verdict.h"

namespace twinlock {

/// Whom `sshd -T -C` was asked about.
struct SshdGuest {
  std::string who;  ///< For people: "alice", "bob (Match Group staff)".
  bool is_root = false;
  SshdSettings settings;
  std::string user{};  ///< As the system knows it.
};

/// The lists of methods that complete a login, each in its order. "any" becomes each method that is on, alone.
/// Lists with a method that is off are left out: nobody can complete them.
[[nodiscard]] std::vector<std::vector<std::string>> method_lists(const SshdGuest& guest);

/// Adds the ways in, and a finding "ssh.…-only" for each that is open without a code.
/// Returns whether anybody gets in with password or key and a code.
bool judge_ways(const SshdGuest& guest, const StackVerdict& stack, Findings& findings);

/// Findings about single settings that undo what twinlock is for, whatever the ways.
void judge_settings(const SshdGuest& guest, const StackVerdict& stack, Findings& findings);

}  // namespace twinlock
