// The configuration as values: read once, never changed. config_reader.h fills it, DESIGN section 7 describes it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/service_name.h"
#include "base/time.h"
#include "policy/rules.h"

namespace twinlock {

enum class Language { kEnglish, kGerman };

struct StoreConfig {
  std::string url = "file:/var/lib/twinlock/users";
  std::string key_file = "/etc/twinlock/key";
  std::string run_dir = "/run/twinlock";
  bool bind_uid = true;  ///< Refuse an account that was re-created with another uid.
};

struct AuditConfig {
  std::string file = "/var/log/twinlock/audit.log";  ///< Empty: syslog only.
  Seconds retention = days(90);
  bool exempt = false;
};

struct ThrottleConfig {
  std::uint32_t free_attempts = 5;
  Seconds first_delay{30};
  Seconds max_delay{3600};
  std::uint32_t budget_unknown = 60;
  double refill_unknown = 1.5;  ///< Chances a day.
  std::uint32_t budget_known = 120;
  double refill_known = 3.0;
  std::uint32_t disable_after = 100;
};

struct ServiceConfig {
  Seconds lease{0};  ///< 0: a code given here earns nothing.
  std::vector<ServiceName> opens;
  char separator = '+';  ///< Samba only.
};

struct HelpdeskConfig {
  std::string phone;
  Seconds bypass_max{1800};
  std::vector<std::string> protected_groups = {"sudo", "wheel"};
};

struct NotifyConfig {
  std::string command;
  std::vector<std::string> events = {"enrolled", "bypass", "recovery", "budget_empty", "disabled"};
};

struct Config {
  std::string path;  ///< The file that it was read from.
  std::string issuer = "File server";
  Language language = Language::kEnglish;
  StoreConfig store;
  AuditConfig audit;
  std::uint8_t window = 1;  ///< [code] window, steps on each side of now, 0 … 10.
  ThrottleConfig throttle;
  AddressPrefixes prefixes;
  std::map<std::string, ServiceConfig, std::less<>> services;  ///< By PAM service; sshd and samba are always there.
  HelpdeskConfig helpdesk;
  NotifyConfig notify;
  std::vector<Rule> rules;
};

/// What a code given at `service` earns; the defaults (nothing) for a service that the file does not name.
[[nodiscard]] const ServiceConfig& service_config(const Config& config, const ServiceName& service);

}  // namespace twinlock
