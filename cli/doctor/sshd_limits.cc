#include "cli/doctor/sshd_limits.h"

#include <algorithm>

#include "cli/doctor/crowd.h"

namespace twinlock {
namespace {

constexpr int kGraceForInvited = 300;  // scanning a QR code takes its time
constexpr int kFewTries = 3;

void judge_grace(const SshdSettings& settings, const SshdCrowd& crowd, Findings& findings) {
  const int grace = settings.seconds("logingracetime").value_or(0);  // 0: no limit
  if (crowd.invited == 0 || grace == 0 || grace >= kGraceForInvited) return;
  findings.warn("ssh.grace-time",
                "LoginGraceTime is " + std::to_string(grace) +
                    " s, within which invited people have to scan a QR code (" + std::to_string(crowd.invited) +
                    " invitations are out)",
                "set in sshd_config: LoginGraceTime 300");
}

bool is_exempt(const std::string& list, const Address& address) {
  const auto parts = split_text(list, ", ");
  return std::ranges::any_of(parts, [&](const std::string& part) {
    const auto network = Network::parse(part);
    return network && network->contains(address);
  });
}

/// Penalties came with OpenSSH 9.8.
void judge_penalties(const SshdSettings& settings, const SshdCrowd& crowd, Findings& findings) {
  const auto penalties = settings.value("persourcepenalties");
  if (!penalties || settings.is("persourcepenalties", "no")) return;
  const std::string exempt = settings.value("persourcepenaltyexemptlist").value_or("");
  for (const auto& [address, users] : crowd.seen) {
    if (users.size() < kSeveral || is_exempt(exempt, address)) continue;
    findings.warn("ssh.penalties",
                  std::to_string(users.size()) + " people come from " + address.text() +
                      ": the typing errors of one shut the others out (PerSourcePenalties)",
                  "add to sshd_config: PerSourcePenaltyExemptList " + address.text());
  }
}

void judge_tries(const SshdSettings& settings, Findings& findings) {
  const int tries = settings.seconds("maxauthtries").value_or(kFewTries);
  if (tries >= kFewTries) return;
  findings.warn("ssh.max-auth-tries",
                "MaxAuthTries is " + std::to_string(tries) + ": keys that a client offers use them up",
                "set in sshd_config: MaxAuthTries 6");
}

}  // namespace

void judge_limits(const SshdSettings& settings, const SshdCrowd& crowd, Findings& findings) {
  judge_grace(settings, crowd, findings);
  judge_penalties(settings, crowd, findings);
  judge_tries(settings, findings);
}

}  // namespace twinlock
