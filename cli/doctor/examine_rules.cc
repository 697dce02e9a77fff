// Rules, against what NSS, the interfaces and the audit log say.
#include <ifaddrs.h>
#include <netinet/in.h>

#include <cstring>
#include <map>
#include <memory>

#include "audit/audit_reader.h"
#include "base/clock.h"
#include "cli/doctor/examination.h"
#include "cli/doctor/group_members.h"
#include "cli/doctor/rule_verdict.h"

namespace twinlock {
namespace {

constexpr std::size_t kMostLines = 50'000;  // of the audit log

std::vector<Address> own_addresses() {
  std::vector<Address> addresses{Address::from_ipv4({127, 0, 0, 1})};
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return addresses;
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    if (one->ifa_addr->sa_family == AF_INET) {
      sockaddr_in socket{};
      std::array<std::uint8_t, 4> bytes{};
      std::memcpy(&socket, one->ifa_addr, sizeof socket);
      std::memcpy(bytes.data(), &socket.sin_addr, bytes.size());
      addresses.push_back(Address::from_ipv4(bytes));
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      sockaddr_in6 socket{};
      std::array<std::uint8_t, 16> bytes{};
      std::memcpy(&socket, one->ifa_addr, sizeof socket);
      std::memcpy(bytes.data(), &socket.sin6_addr, bytes.size());
      addresses.push_back(Address::from_ipv6(bytes));
    }
  }
  return addresses;
}

bool came_in(const AuditEntry& entry) {
  return entry.event == "login" && !entry.address.empty() &&
         (entry.verdict == "accepted" || entry.verdict == "exempt" || entry.verdict == "observed" ||
          entry.verdict == "leased");
}

std::vector<std::pair<Address, std::set<std::string>>> who_came_from_where(const Config& config) {
  if (config.audit.file.empty()) return {};
  const auto entries = last_audit_entries(config.audit.file, kMostLines, came_in);
  if (!entries) return {};
  std::map<std::string, std::set<std::string>> users;
  for (const AuditEntry& entry : *entries) users[entry.address].insert(entry.user);
  std::vector<std::pair<Address, std::set<std::string>>> seen;
  for (auto& [text, names] : users) {
    const auto address = Address::parse(text);
    if (address && address->names_one_client()) seen.emplace_back(*address, std::move(names));
  }
  return seen;
}

}  // namespace

void examine_rules(Examination& exam) {
  if (!exam.config) return;
  exam.census.seen = who_came_from_where(*exam.config);
  RuleWorld world;
  world.today = local_date(exam.desk.now());
  world.own_addresses = own_addresses();
  world.user_exists = [](const std::string& name) {
    const auto account = find_account(name);
    return !account || account->has_value();
  };
  world.group_exists = [](const std::string& name) { return static_cast<bool>(is_in_group(std::nullopt, name)); };
  world.group_is_empty = [](const std::string& name) { return !some_member_of(name); };
  world.seen = exam.census.seen;
  world.config_path = exam.config->path;
  judge_rules(exam.config->rules, world, exam.findings);
}

}  // namespace twinlock
