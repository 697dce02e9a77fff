// What `twinlock doctor` found: checks with their results, and the ways in.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace twinlock {

enum class Health { kOk, kWarn, kFail };

[[nodiscard]] std::string_view name_of(Health health);  ///< "ok", "warn", "fail"

struct Finding {
  std::string id;  ///< Stable: "ssh.key-only". twinlock-doctor(8) lists them all.
  Health result = Health::kOk;
  std::string what;  ///< In plain words, with the place.
  std::string mend;  ///< The command or line that helps; empty where all is well.
};

/// What and why, without the mend, which a finding has apart.
[[nodiscard]] std::string flaw_of(const Error& error);

/// One way into the server, for one person.
struct Way {
  std::string service;  ///< "ssh", "smb"
  std::string who;      ///< "alice", "root", "anybody"
  std::string how;      ///< "password", "key and password", "guest" …
  bool without_code = false;
  bool with_code = false;
  bool can_be_spared = false;  ///< Whether a rule that spares the code opens it without one.
  std::string user{};          ///< Whom the system knows by this name; empty: nobody in particular.
  std::string rule{};          ///< By which the way is open without a code all the same; empty: by none.
};

/// Collects both. The same finding is kept once.
class Findings {
 public:
  void ok(std::string id, std::string what) { add({std::move(id), Health::kOk, std::move(what), ""}); }
  void warn(std::string id, std::string what, std::string mend) {
    add({std::move(id), Health::kWarn, std::move(what), std::move(mend)});
  }
  void fail(std::string id, std::string what, std::string mend) {
    add({std::move(id), Health::kFail, std::move(what), std::move(mend)});
  }
  void add(Finding finding);
  void add(Way way) { ways_.push_back(std::move(way)); }

  /// Says that a check found nothing, unless it did.
  void conclude(const std::string& id, std::string what);
  [[nodiscard]] bool has(std::string_view id) const;
  /// Whether that check did not end well.
  [[nodiscard]] bool has_flaw(std::string_view id) const;
  [[nodiscard]] const std::vector<Finding>& all() const { return all_; }
  [[nodiscard]] const std::vector<Way>& ways() const { return ways_; }
  [[nodiscard]] std::size_t count(Health health) const;
  /// Says by which rules of the configuration ways are open.
  void name_rules(const std::function<std::string(const Way&)>& rule_for);

 private:
  std::vector<Finding> all_;
  std::vector<Way> ways_;
};

}  // namespace twinlock
