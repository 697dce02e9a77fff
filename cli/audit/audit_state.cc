#include "cli/audit/audit_state.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "cli/new_file.h"
#include "cli/state_lock.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::size_t kLargestHead = 16384;
constexpr const char* kHeadName = "audit.head";

}  // namespace

Result<AuditState> AuditState::lock(const std::string& state_dir) {
  auto lock = lock_state(state_dir, StateLock::kAuditLog);
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

Result<void> AuditState::see_that_there_is_room() const {
  const std::string path = head_file_ + ".room";
  const auto made = replace_file(path, std::string(kLargestHead, ' '), 0600);
  ::unlink(path.c_str());
  return made;
}

std::string boot_id() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

}  // namespace twinlock
