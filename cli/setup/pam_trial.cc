#include "cli/setup/pam_trial.h"

#include <fcntl.h>
#include <poll.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "base/clock.h"
#include "base/unique_fd.h"
#include "cli/new_file.h"
#include "cli/pam_stack/stack_scenario.h"
#include "text/messages.h"

namespace twinlock {
namespace {

constexpr std::int64_t kTrialPatience = 20'000;  // milliseconds; directory services take their time
constexpr const char* kSeeStack = "see which module of the stack did so in the log (authpriv)";
constexpr const char* kNobodysPassword = "no password of anybody";

/// What one transaction has come to, small enough for a pipe's single write.
struct Report {
  int authenticated = -1;  ///< What pam_authenticate(3) returned; -1: was not called.
  int admitted = -1;       ///< pam_acct_mgmt(3), likewise.
  int passwords = 0;       ///< How many questions were asked, other than for a code.
  int codes = 0;
};

enum class TrialKey { kNone, kGiven };
enum class Call { kAuth, kAccount };

struct Talk {
  std::string_view code_prompt;
  Report& report;
};

/// Answers what is asked: a password of nobody's, and no code. Whoever asks for a code hears that nobody is there.
int converse(int count, const pam_message** messages, pam_response** answers, void* data) {
  Talk& talk = *static_cast<Talk*>(data);
  auto* given = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (given == nullptr) return PAM_BUF_ERR;
  int status = PAM_SUCCESS;
  for (int at = 0; at < count; ++at) {
    const pam_message& message = *messages[at];
    if (message.msg_style != PAM_PROMPT_ECHO_OFF && message.msg_style != PAM_PROMPT_ECHO_ON) continue;
    const bool is_code = std::string_view(message.msg).ends_with(talk.code_prompt);
    ++(is_code ? talk.report.codes : talk.report.passwords);
    if (is_code) status = PAM_CONV_ERR;
    given[at].resp = ::strdup(kNobodysPassword);
  }
  if (status == PAM_SUCCESS) {
    *answers = given;
    return PAM_SUCCESS;
  }
  for (int at = 0; at < count; ++at) std::free(given[at].resp);
  std::free(given);
  return status;
}

/// In place of PAM's own waiting after a refusal.
void do_not_wait(int, unsigned, void*) {}

struct Transaction {
  const char* service;
  TrialKey key;
  Call call;
};

void run_transaction(const Transaction& transaction, const PamTrial& trial, Report& report) {
  Talk talk{code_prompt(trial.language), report};
  const pam_conv conversation{converse, &talk};
  pam_handle_t* handle = nullptr;
  const char* directory = trial.directory.c_str();
  if (::pam_start_confdir(transaction.service, kNobodysName, &conversation, directory, &handle) != PAM_SUCCESS) return;
  ::pam_set_item(handle, PAM_FAIL_DELAY, reinterpret_cast<const void*>(&do_not_wait));
  ::pam_set_item(handle, PAM_RHOST, "127.0.0.1");
  ::pam_set_item(handle, PAM_TTY, "ssh");
  if (transaction.key == TrialKey::kGiven) ::pam_putenv(handle, "SSH_AUTH_INFO_0=publickey trial");
  if (transaction.call == Call::kAuth) report.authenticated = ::pam_authenticate(handle, PAM_DISALLOW_NULL_AUTHTOK);
  if (transaction.call == Call::kAccount) report.admitted = ::pam_acct_mgmt(handle, 0);
  ::pam_end(handle, PAM_SUCCESS);
}

[[noreturn]] void be_the_trial(int pipe, const Transaction& transaction, const PamTrial& trial) {
  Report report;
  run_transaction(transaction, trial, report);
  [[maybe_unused]] const ssize_t written = ::write(pipe, &report, sizeof report);
  ::_exit(0);
}

Error went_wrong(std::string why, std::string mend) {
  return {Error::Code::kConfig, "the trial of the new PAM stack", std::move(why), std::move(mend)};
}

/// One transaction in a process of its own: modules may crash, hang and leave things behind.
Result<Report> run_apart(const Transaction& transaction, const PamTrial& trial) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error(Error::Code::kStore, "trial", "started", errno);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return system_error(Error::Code::kStore, "trial", "started", errno);
  if (child == 0) be_the_trial(writer.get(), transaction, trial);
  writer = UniqueFd();
  pollfd answer{reader.get(), POLLIN, 0};
  const bool answered = ::poll(&answer, 1, static_cast<int>(kTrialPatience)) == 1;
  Report report;
  const bool complete = answered && ::read(reader.get(), &report, sizeof report) == sizeof report;
  if (!complete) ::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (complete) return report;
  return went_wrong(answered ? "ended with a crash of one of its modules" : "does not end",
                    "see the log (authpriv) for the module");
}

/// The trial's own /etc/pam.d, for as long as it lives.
class Directory {
 public:
  explicit Directory(std::string path) : path_(std::move(path)) { remove(); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { remove(); }

  [[nodiscard]] Result<void> fill(const PamTexts& files) const {
    if (const auto made = make_directory(path_, 0700); !made) return made.error();
    for (const auto& [name, text] : files) {
      std::ofstream file(path_ + "/" + name);
      file << text;
      if (!file.flush()) return Error{Error::Code::kStore, path_ + "/" + name, "cannot be written", ""};
    }
    return done();
  }

 private:
  void remove() const {
    std::error_code ignored;  // what is left lies in root's own directory, and is looked at no more
    std::filesystem::remove_all(path_, ignored);
  }

  std::string path_;
};

Error module_missing() {
  return went_wrong("PAM does not find pam_twinlock.so, or a module beside it",
                    "install it where PAM's other modules are, such as /usr/lib/x86_64-linux-gnu/security, and see the "
                    "log (authpriv)");
}

std::string told(int status) {
  return std::string(::pam_strerror(nullptr, status)) + " (PAM " + std::to_string(status) + ")";
}

Error not_our_refusal(int status) {
  if (status == PAM_MODULE_UNKNOWN) return module_missing();
  return went_wrong("account: a login without a code ends with " + told(status) + ", not as ours refuses",
                    "see that 'twinlock config check' is content, and the log (authpriv)");
}

/// Our own `account` lines, without all others.
std::string our_account_lines(const PamTexts& files, const std::string& service) {
  std::string lines;
  const PamStack stack = load_pam_stack(files_of(files), service);
  for (const PamHandler& handler : stack.of(PamFacility::kAccount)) {
    if (task_of(handler) != OurTask::kCheckCode) continue;
    lines += "account required " + pam_quoted(handler.module);
    for (const std::string& word : handler.arguments) lines += " " + pam_quoted(word);
    lines += "\n";
  }
  return lines;
}

struct Admission {
  Transaction transaction;
  int wanted;  ///< What our refusal is in this service.
};

/// The whole stack refuses. Where it does so before us, whom it does not know, that shows nothing of us: then ours runs
/// alone, and must refuse; that its refusal counts in the whole is shown on paper (stack_flaws.h).
Result<void> try_admission(const Admission& admission, const PamTrial& trial) {
  const auto whole = run_apart(admission.transaction, trial);
  if (!whole) return whole.error();
  if (whole->admitted == admission.wanted) return done();
  const bool refuses = whole->admitted > PAM_SUCCESS && whole->admitted != PAM_NEW_AUTHTOK_REQD;
  if (!refuses || whole->admitted == PAM_MODULE_UNKNOWN) return not_our_refusal(whole->admitted);
  const std::string lines = our_account_lines(trial.files, admission.transaction.service);
  if (lines.empty()) return not_our_refusal(whole->admitted);  // without any PAM would refuse as we do
  const std::string directory = trial.directory + "/alone";
  const PamTexts ours{{admission.transaction.service, lines}};
  const Directory place(directory);
  if (const auto filled = place.fill(ours); !filled) return filled;
  const auto alone = run_apart(admission.transaction, {ours, directory, trial.language});
  if (!alone) return alone.error();
  return alone->admitted == admission.wanted ? done() : Result<void>(not_our_refusal(alone->admitted));
}

Result<void> judge_without_key(const Report& report) {
  if (report.authenticated == PAM_MODULE_UNKNOWN) return module_missing();
  if (report.authenticated == PAM_SUCCESS) return went_wrong("a wrong password was let in", kSeeStack);
  if (report.passwords == 0) return went_wrong("no password was asked for", "see the log (authpriv)");
  return report.codes == 0 ? done()
                           : Result<void>(went_wrong("a code was asked for after a wrong password", kSeeStack));
}

Result<void> judge_with_key(const Report& report) {
  if (report.authenticated == PAM_SUCCESS) return went_wrong("a key alone was let in", kSeeStack);
  return report.passwords == 0 ? done()
                               : Result<void>(went_wrong("the password was asked for beside a key", kSeeStack));
}

}  // namespace

Result<void> try_ssh_stack(const PamTrial& trial) {
  const Directory directory(trial.directory);
  if (const auto filled = directory.fill(trial.files); !filled) return filled;
  const Admission admission{{"sshd", TrialKey::kGiven, Call::kAccount}, PAM_PERM_DENIED};
  if (const auto good = try_admission(admission, trial); !good) return good;
  const auto without_key = run_apart({"sshd", TrialKey::kNone, Call::kAuth}, trial);
  if (!without_key) return without_key.error();
  if (const auto good = judge_without_key(*without_key); !good) return good;
  const auto with_key = run_apart({"sshd", TrialKey::kGiven, Call::kAuth}, trial);
  if (!with_key) return with_key.error();
  return judge_with_key(*with_key);
}

Result<void> try_samba_stack(const PamTrial& trial) {
  const Directory directory(trial.directory);
  if (const auto filled = directory.fill(trial.files); !filled) return filled;
  return try_admission({{"samba", TrialKey::kNone, Call::kAccount}, PAM_AUTH_ERR}, trial);
}

PamTexts read_pam_texts() {
  PamTexts texts;
  for (const char* directory : {"/usr/share/pam.d", "/usr/lib/pam.d", "/etc/pam.d"}) {
    std::error_code absent;
    for (const auto& entry : std::filesystem::directory_iterator(directory, absent)) {
      std::error_code unreadable;
      if (!entry.is_regular_file(unreadable)) continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      texts[entry.path().filename().string()] = text.str();
    }
  }
  return texts;
}

}  // namespace twinlock
