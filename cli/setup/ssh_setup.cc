// setup ssh: the drop-in, its inclusion, and our lines in sshd's PAM stack.
#include <algorithm>

#include "cli/doctor/group_members.h"
#include "cli/setup/packaged_files.h"
#include "cli/setup/pam_trial.h"
#include "cli/setup/setup_service.h"
#include "cli/setup/ssh_server.h"

namespace twinlock {
namespace {

constexpr std::size_t kMostUsers = 8;  // for whom sshd is asked what is in force; each question starts it once
constexpr std::size_t kMostNetworks = 3;
constexpr const char* kOutside = "192.0.2.1";

const std::vector<SshWays> kAllWays{SshWays::kPasswordAndCode, SshWays::kKeyAndCode, SshWays::kEither};

std::vector<std::string> all_drop_ins() {
  std::vector<std::string> texts;
  for (const SshWays ways : kAllWays) texts.push_back(ssh_drop_in(ways));
  return texts;
}

/// The one that is there stays as long as nobody wishes another.
Result<FileChange> plan_ssh_drop_in(const Journal& journal, std::optional<SshWays> ways) {
  const auto there = read_file_state(kSshDropIn);
  if (!there) return there.error();
  const auto ours = all_drop_ins();
  const bool is_ours = *there && std::ranges::find(ours, (*there)->content) != ours.end();
  const std::string wanted = is_ours && !ways ? (*there)->content : ssh_drop_in(ways.value_or(SshWays::kEither));
  return plan_drop_in(journal, "ssh", {kSshDropIn, std::nullopt, wanted}, ours);
}

Result<FileChange> plan_ssh_config() {
  const auto change = plan_change(kSshdConfig, [](const auto& text) { return with_ssh_drop_in(text.value_or("")); });
  if (!change || change->before) return change;
  return Error{Error::Code::kConfig, kSshdConfig, "does not exist", "is OpenSSH's server installed?"};
}

/// The stack as the file system has it now: PAM's other files may be links, this one not.
Result<FileChange> plan_ssh_stack() {
  PamTexts texts = read_pam_texts();
  const auto text = with_ssh_lines(texts);
  if (!text) return text.error();
  const auto change = plan_change(kSshPamStack, [&](const auto&) { return *text; });
  if (!change || change->before == texts[kSshService]) return change;
  return Error{Error::Code::kConfig, kSshPamStack, "does not exist, or changes just now",
               "copy the stack that your system keeps elsewhere to this place, then run this again"};
}

/// The stack last: it counts from the next connection on, the others from sshd's reload on.
Result<Changes> plan_ssh(const Journal& journal, std::optional<SshWays> ways) {
  // Else taking back what was written would have a running sshd read what it refuses.
  if (const auto good = see_that_sshd_starts(); !good) return good.error();
  const auto drop_in = plan_ssh_drop_in(journal, ways);
  if (!drop_in) return drop_in.error();
  const auto main = plan_ssh_config();
  if (!main) return main.error();
  const auto stack = plan_ssh_stack();
  if (!stack) return stack.error();
  Changes changes;
  for (const auto& change : {*drop_in, *main, *stack}) {
    if (change.is_needed()) changes.push_back(change);
  }
  return changes;
}

std::vector<std::string> addresses_of(const Config& config) {
  std::vector<std::string> addresses{kOutside};
  for (const Rule& rule : config.rules) {
    for (const Network& network : rule.networks) {
      if (addresses.size() <= kMostNetworks) addresses.push_back(network.base().text());
    }
  }
  return addresses;
}

std::vector<SshVisitor> visitors_of(const Outlook& outlook, const Config& config) {
  std::vector<SshVisitor> visitors;
  for (const std::string& user : outlook.enrolled) {
    if (visitors.size() >= kMostUsers * (kMostNetworks + 1)) break;
    for (const std::string& address : addresses_of(config)) visitors.push_back({user, address});
  }
  return visitors;
}

Result<void> prove_ssh(const Config& config, const Outlook& outlook) {
  const auto drop_in = read_file_state(kSshDropIn);
  if (!drop_in) return drop_in.error();
  if (!*drop_in) return Error{Error::Code::kConfig, kSshDropIn, "does not exist", "run this again"};
  if (const auto good = test_sshd((*drop_in)->content, visitors_of(outlook, config)); !good) return good;
  const bool has_others =
      outlook.invited > 0 || !outlook.lenient.empty() || !std::ranges::all_of(outlook.enrolled, is_root_account);
  return has_others || outlook.enrolled.empty() ? done() : see_that_root_may_give_a_code(outlook.enrolled.front());
}

}  // namespace

Result<SetupService> ssh_setup(const SetupTools& tools, std::optional<SshWays> ways) {
  const auto service = ServiceName::parse(kSshService);
  if (!service) return service.error();
  const Config& config = tools.config;
  const Journal& journal = tools.journal;
  return SetupService{"ssh",
                      "SSH",
                      *service,
                      [&journal, ways] { return plan_ssh(journal, ways); },
                      [&config](const Changes& changes, const std::string& directory) {
                        return try_ssh_stack({pam_texts_with(changes), directory, config.language});
                      },
                      [&config](const Outlook& outlook) { return prove_ssh(config, outlook); },
                      caution_of_other_sshds};
}

}  // namespace twinlock
