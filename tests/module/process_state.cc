#include "process_state.h"

#include <malloc.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <system_error>

namespace pam_driver {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDescriptors = 256;  // more than a test ever has open

/// /proc/self/status as a table.
Json status() {
  Json fields;
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(':');
    const auto value = line.find_first_not_of(" \t", colon + 1);
    fields[line.substr(0, colon)] = value == std::string::npos ? "" : line.substr(value);
  }
  return fields;
}

Json limits() {
  Json all = Json::array();
  for (int resource = 0; resource < static_cast<int>(RLIMIT_NLIMITS); ++resource) {
    rlimit limit{};
    ::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit);
    all.push_back({limit.rlim_cur, limit.rlim_max});
  }
  return all;
}

Json environment() {
  Json all = Json::array();
  for (char** entry = ::environ; *entry != nullptr; ++entry) all.push_back(*entry);
  return all;
}

Json dispositions() {
  Json all = Json::array();
  for (int number = 1; number < SIGRTMAX; ++number) {
    struct sigaction action {};
    const bool known = ::sigaction(number, nullptr, &action) == 0;
    all.push_back(known ? reinterpret_cast<std::uintptr_t>(action.sa_handler) : 0);
  }
  return all;
}

/// Each open one with what it stands for.
Json descriptors() {
  Json all;
  for (int fd = 0; fd < kDescriptors; ++fd) {
    std::error_code absent;
    const auto target = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), absent);
    if (!absent) all[std::to_string(fd)] = target.string();
  }
  return all;
}

Json host(const Json& status) {
  Json host{{"directory", std::filesystem::read_symlink("/proc/self/cwd").string()},
            {"descriptors", descriptors()},
            {"locale", std::setlocale(LC_ALL, nullptr)},
            {"dispositions", dispositions()},
            {"limits", limits()},
            {"environment", environment()}};
  const std::set<std::string> kept = {"Name",   "Umask",  "Uid",    "Gid",        "Groups", "SigBlk",
                                      "SigIgn", "SigCgt", "CapEff", "NoNewPrivs", "Seccomp"};
  for (const auto& [key, value] : status.items()) {
    if (kept.contains(key)) host[key] = value;
  }
  return host;
}

void do_nothing(int) {}

}  // namespace

void open_log() { ::openlog("pam_driver", LOG_NDELAY, LOG_AUTHPRIV); }

void become_peculiar() {
  std::setlocale(LC_ALL, "C.UTF-8");
  std::filesystem::current_path("/run");
  ::umask(0137);
  ::setenv("LANGUAGE", "de", 1);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, &do_nothing);
  std::signal(SIGALRM, &do_nothing);
  open_log();
}

Json process_state() {
  const Json fields = status();
  const auto number = [&](const char* name) { return std::stol(fields.at(name).get<std::string>()); };
  return {{"fds", descriptors().size()},
          {"threads", number("Threads")},
          {"rss_kib", number("VmRSS")},
          {"heap", ::mallinfo2().uordblks},
          {"host", host(fields)}};
}

}  // namespace pam_driver
