#include "process_state.h"

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

namespace pam_driver {
namespace {

using Json = nlohmann::ordered_json;

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

Json host(const Json& status) {
  Json host{{"directory", std::filesystem::current_path().string()},
            {"locale", std::setlocale(LC_ALL, nullptr)},
            {"dispositions", dispositions()},
            {"limits", limits()},
            {"environment", environment()}};
  const std::set<std::string> kept = {"Name", "Umask", "Uid", "Gid", "Groups", "SigBlk", "SigIgn", "SigCgt", "CapEff",
                                      "NoNewPrivs", "Seccomp"};
  for (const auto& [key, value] : status.items()) {
    if (kept.contains(key)) host[key] = value;
  }
  return host;
}

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

void do_nothing(int) {}

}  // namespace

void become_peculiar() {
  std::setlocale(LC_ALL, "C.UTF-8");
  std::filesystem::current_path("/run");
  ::umask(0137);
  ::setenv("LANGUAGE", "de", 1);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, &do_nothing);
  std::signal(SIGALRM, &do_nothing);
  ::openlog("pam_driver", LOG_NDELAY, LOG_AUTHPRIV);  // else the first message would open a descriptor for good
}

Json process_state() {
  const Json fields = status();
  const auto number = [&](const char* name) { return std::stol(fields.at(name).get<std::string>()); };
  return {{"fds", open_descriptors()},
          {"threads", number("Threads")},
          {"rss_kib", number("VmRSS")},
          {"host", host(fields)}};
}

}  // namespace pam_driver
