// The desk at which a command works: where it finds its configuration, whom it talks to, who acts, what time it is.
#pragma once

#include <string>

#include "account/enrolment.h"
#include "base/result.h"
#include "cli/exit_status.h"
#include "cli/json.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "login/login_facts.h"
#include "login/workplace.h"

namespace twinlock {

enum class Format { kText, kJson };
/// Whether `--yes` was given.
enum class Consent { kAsk, kGiven };

struct DeskOptions {
  std::string config_path;
  Format format = Format::kText;
};

/// What an administrator did to whom.
struct Act {
  std::string_view event;  ///< The command's name.
  const Username& user;
  std::optional<Verdict> verdict{};  ///< Where something was decided.
  std::uint32_t token = 0;           ///< Id; 0: none.
  std::string_view service{};        ///< What it was about, where it was about one …
  std::string_view address{};        ///< … and one client.
  std::string_view detail{};         ///< In words.
};

class Desk {
 public:
  Desk(DeskOptions options, Terminal terminal, UnixTime now)
      : options_(std::move(options)), terminal_(terminal), now_(now) {}

  [[nodiscard]] const std::string& config_path() const { return options_.config_path; }
  [[nodiscard]] bool wants_json() const { return options_.format == Format::kJson; }
  [[nodiscard]] const Terminal& terminal() const { return terminal_; }
  [[nodiscard]] UnixTime now() const { return now_; }
  /// The time again, after a human has typed.
  void advance_to(UnixTime now) { now_ = now; }

  /// Prints the JSON form or the text, as the options say.
  [[nodiscard]] Result<ExitStatus> answer(const Json& json, std::string_view text,
                                          ExitStatus status = ExitStatus::kDone) const;
  /// Shows something to a person: on the output, or beside it (stderr) where that carries JSON.
  [[nodiscard]] Result<void> show(std::string_view text) const;
  /// One error on stderr, in the form that the options say.
  void complain(const Error& error) const;
  /// Asks before something is destroyed. Without a terminal only `--yes` agrees; kUsage says so.
  [[nodiscard]] Result<Answer> agree(const std::string& question, Consent consent) const;
  /// Writes an administrator's act into the audit log.
  void write_down(const Config& config, const Act& act) const;
  /// The same for an act that is about no user.
  void write_down(const Config& config, std::string_view event, std::string_view detail) const;

 private:
  DeskOptions options_;
  Terminal terminal_;
  UnixTime now_;
};

/// Who acts: the login user that the kernel remembers across su and sudo, else the real user.
[[nodiscard]] std::string acting_person();

/// The canonical name of a user who has, or may have, a record: pw_name where NSS knows the account, else as typed.
[[nodiscard]] Result<Username> canonical_user(const std::string& typed);

/// The user's record, locked; nullptr: there is none. A lost copy is an error here: the next login or
/// `twinlock check` makes it good first.
[[nodiscard]] Result<std::unique_ptr<LockedRecord>> open_record_if_any(Workplace& workplace, const Username& user);

/// The same where there must be one: kNotFound.
[[nodiscard]] Result<std::unique_ptr<LockedRecord>> open_record(Workplace& workplace, const Username& user);

[[nodiscard]] Error not_enrolled(const Username& user);

/// For names of new records that NSS does not know: typing errors would become accounts that nobody has.
[[nodiscard]] Error unknown_to_nss(const std::string& typed);

}  // namespace twinlock
