#include "cli/state_lock.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "cli/new_file.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::chrono::milliseconds kPatience{60'000};

const char* file_of(StateLock which) {
  switch (which) {
    case StateLock::kAuditLog: return "audit.lock";
    case StateLock::kNames: return "names.lock";
  }
  return "";
}

const char* words_for(StateLock which) {
  switch (which) {
    case StateLock::kAuditLog: return "the audit log's state";
    case StateLock::kNames: return "the list of users (by backup, restore, restored or rename)";
  }
  return "";
}

Result<UniqueFd> open_lock_file(const std::string& state_dir, const char* name) {
  if (const auto made = make_directory(state_dir, 0755); !made) return made.error();
  const auto directory = open_trusted_directory({state_dir, Privacy::kPublic, Error::Code::kStore});
  if (!directory) return directory.error();
  const std::string path = state_dir + "/" + name;
  const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  UniqueFd file(::openat(directory->get(), name, flags, 0600));
  if (!file) return system_error(Error::Code::kStore, path, "opened", errno);
  const auto trusted = check_trusted(file.get(), S_IFREG, {path, Privacy::kPrivate, Error::Code::kStore});
  if (!trusted) return trusted.error();
  return file;
}

}  // namespace

Result<RecordLock> lock_state(const std::string& state_dir, StateLock which) {
  auto file = open_lock_file(state_dir, file_of(which));
  if (!file) return file.error();
  return RecordLock::take(std::move(*file), LockKind::kExclusive, Deadline::in(kPatience), words_for(which));
}

}  // namespace twinlock
