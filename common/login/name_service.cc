#include "login/name_service.h"

#include <grp.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

namespace twinlock {
namespace {

constexpr std::size_t kFirstBuffer = 4096;
constexpr std::size_t kLargestBuffer = std::size_t{16} << 20;  // large directory groups list all their members

Error nss_error(const std::string& what, int error_number) {
  return {Error::Code::kConfig, what, "NSS failed (" + errno_text(error_number) + ")",
          "see whether `getent` answers, and the services named in /etc/nsswitch.conf"};
}

/// NSS modules answer "not there" with 0 and no entry, or with one of these (getpwnam_r(3)).
bool means_not_found(int outcome) {
  return outcome == 0 || outcome == ENOENT || outcome == ESRCH || outcome == EBADF || outcome == EPERM;
}

/// Calls a get…_r function with a growing buffer. Returns its errno value; `found` points to `entry` or is nullptr.
template <typename Entry, typename Lookup>
int look_up(Lookup lookup, Entry& entry, Entry*& found, std::vector<char>& buffer) {
  buffer.resize(kFirstBuffer);
  while (true) {
    found = nullptr;
    const int outcome = lookup(&entry, buffer.data(), buffer.size(), &found);
    if (outcome == EINTR) continue;
    if (outcome != ERANGE || buffer.size() >= kLargestBuffer) return outcome;
    buffer.resize(buffer.size() * 4);
  }
}

std::vector<gid_t> groups_of(const Account& account) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  while (::getgrouplist(account.name.c_str(), account.gid, groups.data(), &count) < 0) {
    groups.resize(std::max(static_cast<std::size_t>(count), groups.size() * 2));
    count = static_cast<int>(groups.size());
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

/// Whether the group's own list names the account. getgrouplist() cannot say that it failed: a rule that asks members
/// of a local group for a code must not be passed over by that.
bool lists(const ::group& group, const Account& account) {
  for (char** member = group.gr_mem; *member != nullptr; ++member) {
    if (account.name == *member) return true;
  }
  return false;
}

std::optional<Address> address_of(const sockaddr* socket_address) {
  if (socket_address == nullptr) return std::nullopt;
  if (socket_address->sa_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, socket_address, sizeof ipv4);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &ipv4.sin_addr, bytes.size());
    return Address::from_ipv4(bytes);
  }
  if (socket_address->sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 ipv6{};
  std::memcpy(&ipv6, socket_address, sizeof ipv6);
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &ipv6.sin6_addr, bytes.size());
  return Address::from_ipv6(bytes);
}

}  // namespace

Result<std::optional<Account>> find_account(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer;
  const auto lookup = [&](auto... rest) { return ::getpwnam_r(name.c_str(), rest...); };
  const int outcome = look_up(lookup, entry, found, buffer);
  if (found != nullptr) return std::optional(Account{found->pw_name, found->pw_uid, found->pw_gid});
  if (!means_not_found(outcome)) return nss_error("user " + name, outcome);
  return std::optional<Account>();
}

Result<bool> is_in_group(const std::optional<Account>& account, const std::string& group) {
  ::group entry{};
  ::group* found = nullptr;
  std::vector<char> buffer;
  const auto lookup = [&](auto... rest) { return ::getgrnam_r(group.c_str(), rest...); };
  const int outcome = look_up(lookup, entry, found, buffer);
  if (found == nullptr) {
    if (!means_not_found(outcome)) return nss_error("group " + group, outcome);
    return Error{Error::Code::kConfig, "group " + group, "is named in a rule and does not exist",
                 "create the group, or take it out of the rule"};
  }
  if (!account) return false;
  if (lists(*found, *account)) return true;
  const auto groups = groups_of(*account);
  return std::ranges::find(groups, found->gr_gid) != groups.end();
}

Result<bool> is_own_address(const Address& address) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return system_error(Error::Code::kConfig, "network interfaces", "listed", errno);
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (address_of(entry->ifa_addr) == address) return true;
  }
  return false;
}

}  // namespace twinlock
