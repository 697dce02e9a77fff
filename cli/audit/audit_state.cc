#include "cli/audit/audit_state.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>

#include "cli/new_file.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::size_t kLargestHead = 16384;
constexpr std::chrono::milliseconds kPatience{60'000};
constexpr const char* kLockName = "audit.lock";
constexpr const char* kHeadName = "audit.head";

TrustedPath private_path(const std::string& path) { return {path, Privacy::kPrivate, Error::Code::kStore}; }

Result<UniqueFd> open_lock_file(const std::string& state_dir) {
  if (const auto made = make_directory(state_dir, 0755); !made) return made.error();
  const auto directory = open_trusted_directory({state_dir, Privacy::kPublic, Error::Code::kStore});
  if (!directory) return directory.error();
  const std::string path = state_dir + "/" + kLockName;
  const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  UniqueFd file(::openat(directory->get(), kLockName, flags, 0600));
  if (!file) return system_error(Error::Code::kStore, path, "opened", errno);
  if (const auto trusted = check_trusted(file.get(), S_IFREG, private_path(path)); !trusted) return trusted.error();
  return file;
}

}  // namespace

Result<AuditState> AuditState::lock(const std::string& state_dir) {
  auto file = open_lock_file(state_dir);
  if (!file) return file.error();
  auto lock =
      RecordLock::take(std::move(*file), LockKind::kExclusive, Deadline::in(kPatience), "the audit log's state");
  if (!lock) return lock.error();
  return AuditState(std::move(*lock), state_dir + "/" + kHeadName);
}

Result<HeadReading> AuditState::read(const SecretBytes& key) const {
  struct stat status {};
  if (::lstat(head_file_.c_str(), &status) != 0 && errno == ENOENT) return HeadReading{};
  const auto text = read_trusted_file(private_path(head_file_), kLargestHead);
  if (!text) return text.error();
  const auto head = parse_head(text->text(), key);
  if (!head) return head.error();
  if (!*head) return HeadReading{HeadState::kDamaged, {}};
  return HeadReading{HeadState::kGood, **head};
}

Result<void> AuditState::write(const ChainHead& head, const SecretBytes& key) const {
  const auto text = head_text(head, key);
  if (!text) return text.error();
  return replace_file(head_file_, *text, 0600);
}

std::string boot_id() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

}  // namespace twinlock
