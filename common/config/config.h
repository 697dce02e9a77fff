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
  std::string state_dir = "/var/lib/twinlock";  ///< What outlives a restart, besides the records.
  bool bind_uid = true;                         ///< Refuse an account that was re-created with another uid.
  bool operator==(const StoreConfig&) const = default;
};

struct AuditConfig {
  std::string file = "/var/log/twinlock/audit.log";  ///< Empty: syslog only.
  Seconds retention = days(90);
  bool exempt = false;  ///< Log logins that a rule exempts.
  bool operator==(const AuditConfig&) const = default;
};

struct ThrottleConfig {
  std::uint32_t free_attempts = 5;    ///< 0 … 100
  Seconds first_delay{30};            ///< 1 s … max_delay
  Seconds max_delay{3600};            ///< 1 s … 24 h
  std::uint32_t budget_unknown = 60;  ///< 0 … 100,000 chances
  double refill_unknown = 1.5;        ///< 0 … 10,000 chances a day
  std::uint32_t budget_known = 120;   ///< 0 … 100,000 chances
  double refill_known = 3.0;          ///< 0 … 10,000 chances a day
  std::uint32_t disable_after = 100;  ///< 1 … 100 (NIST SP 800-63B §5.2.2)
  bool operator==(const ThrottleConfig&) const = default;
};

struct ServiceConfig {
  Seconds lease{0};                ///< 0 … 30 d; 0: a code given here earns nothing.
  std::vector<ServiceName> opens;  ///< Their names, joined by ',', fit into Lease::opens.
  char separator = '+';            ///< Samba only: between the user name and the code.
  bool operator==(const ServiceConfig&) const = default;
};

/// By PAM service.
using ServiceConfigs = std::map<std::string, ServiceConfig, std::less<>>;

/// What sshd and samba do where the file says nothing else: a code opens samba for 10 hours.
[[nodiscard]] ServiceConfigs default_services();

struct HelpdeskConfig {
  std::string phone;
  Seconds bypass_max{1800};  ///< 1 min … 24 h
  std::vector<std::string> protected_groups = {"sudo", "wheel"};
  bool operator==(const HelpdeskConfig&) const = default;
};

struct NotifyConfig {
  std::string command;  ///< Empty: no mail.
  std::vector<std::string> events = {"enrolled", "bypass", "recovery", "budget_empty", "disabled"};
  bool operator==(const NotifyConfig&) const = default;
};

struct Config {
  std::string path;                    ///< The file that it was read from.
  std::string issuer = "File server";  ///< 1 … 64 bytes without control characters and ':'.
  Language language = Language::kEnglish;
  StoreConfig store;
  AuditConfig audit;
  std::uint8_t window = 1;  ///< [code] window, steps on each side of now, 0 … 10.
  ThrottleConfig throttle;
  AddressPrefixes prefixes;
  ServiceConfigs services = default_services();  ///< sshd and samba are always there.
  HelpdeskConfig helpdesk;
  NotifyConfig notify;
  std::vector<Rule> rules;
};

/// What a code given at `service` earns; the defaults (nothing) for a service that the file does not name.
[[nodiscard]] const ServiceConfig& service_config(const Config& config, const ServiceName& service);

}  // namespace twinlock
