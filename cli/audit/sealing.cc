#include "cli/audit/sealing.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "audit/audit_missed.h"
#include "base/clock.h"
#include "cli/audit/sealer.h"
#include "cli/new_file.h"

namespace twinlock {
namespace {

Error log_error(const LogFile& file, std::string_view verb) {
  return system_error(Error::Code::kStore, file.path, verb, errno);
}

/// Reads from `offset`, which it moves, to the end.
Result<void> feed_rest(const LogFile& file, StretchReader& reader, std::uint64_t& offset) {
  auto bytes = LogBytes::of(file, offset);
  if (!bytes) return bytes.error();
  while (true) {
    const auto block = bytes->next();
    if (!block) return block.error();
    if (block->empty()) return done();
    reader.feed(*block);
    offset += block->size();
  }
}

/// All of the text or nothing: a part of it is taken back. Only for whoever holds the lock alone.
Result<void> append_whole(const LogFile& file, const std::string& text, std::uint64_t size) {
  const ssize_t written = ::write(file.fd.get(), text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size())) return done();
  const Error why = written < 0 ? log_error(file, "written")
                                : Error{Error::Code::kStore, file.path, "took only a part of a seal", "make room"};
  if (written > 0 && ::ftruncate(file.fd.get(), static_cast<off_t>(size)) != 0) return log_error(file, "cut");
  return why;
}

std::string day_of(UnixTime time) { return rfc3339(time).substr(0, 10); }

}  // namespace

Result<void> Sealer::seal_file(const LogFile& file, LogPlace from) {
  struct stat status {};
  if (::fstat(file.fd.get(), &status) != 0) return log_error(file, "examined");
  if (static_cast<std::uint64_t>(status.st_size) == from.offset && !has_news() && !is_finished(file)) return done();
  StretchReader reader(place_.keys.seal, from, [this](const SealedStretch& sealed) { adopt(sealed); });
  adopted_ = 0;
  std::uint64_t offset = from.offset;
  if (const auto fed = feed_rest(file, reader, offset); !fed) return fed;
  if (const auto settled = settle(file); !settled) return settled;
  if (const auto possible = see_that_a_head_can_be_kept(); !possible) return possible;
  return seal_locked(file, reader, offset);
}

/// The head names what is in the log before another seal follows: it is never more than one behind.
Result<void> Sealer::settle(const LogFile& file) {
  if (!std::exchange(owed_, false) || !broken_.empty()) return done();
  return keep_head(file, head_.offset);
}

/// Else there would be one more seal that no head names with each sweep, where only the head's disk is full.
Result<void> Sealer::see_that_a_head_can_be_kept() const {
  if (sealed_.end.state != HeadState::kGood) return state_.see_that_there_is_room();
  return state_.write(sealed_.end.head, place_.keys.head);
}

Result<void> Sealer::seal_locked(const LogFile& file, StretchReader& reader, std::uint64_t offset) {
  {
    UniqueFd again(::fcntl(file.fd.get(), F_DUPFD_CLOEXEC, 0));
    if (!again) return log_error(file, "opened");
    const auto lock =
        RecordLock::take(std::move(again), LockKind::kExclusive, Deadline::in(kPatienceWithWriters), file.path);
    if (!lock) return lock.error();
    if (const auto fed = feed_rest(file, reader, offset); !fed) return fed;
    if (reader.is_within_a_line()) {  // torn: nobody is writing now
      if (const auto ended = append_whole(file, "\n", offset); !ended) return ended;
      reader.feed("\n");
      ++offset;
    }
    const auto tail = reader.finish();
    if (!tail) return tail.error();
    if (const auto settled = settle(file); !settled) return settled;  // a seal that only lacked its line end
    if (tail->empty() && !has_news()) return done();
    if (const auto written = write_seal(file, *tail); !written) return written;
  }
  return keep_head(file, head_.offset);
}

Result<void> Sealer::write_seal(const LogFile& file, const Stretch& stretch) {
  const std::uint64_t all_missed = missed_lines(place_.config.store.run_dir);
  Seal seal;
  seal.time = place_.now;
  seal.sequence = head_.sequence + 1;
  seal.lines = stretch.lines();
  seal.missed = missed_of(all_missed);
  seal.boot = boot_;
  seal.digest = stretch.digest;
  seal.previous = head_.seal;
  seal.lost = head_.lost;
  seal.broken = broken_;
  const auto line = seal_line(seal, place_.keys.seal);
  if (!line) return line.error();
  if (const auto written = append_whole(file, line->text + "\n", stretch.end.offset); !written) return written;
  head_.sequence = seal.sequence;
  head_.seal = line->mac;
  head_.offset = stretch.end.offset + line->text.size() + 1;
  head_.missed = all_missed;
  head_.boot = boot_;
  sealed_.lines += seal.lines;
  if (!broken_.empty()) sealed_.broken = std::exchange(broken_, {});
  head_.lost.clear();
  return done();
}

/// MUST 1.
Result<void> Sealer::keep_head(const LogFile& file, std::uint64_t offset) {
  if (::fdatasync(file.fd.get()) != 0) return log_error(file, "flushed");
  const bool same_file = file.is(head_.device, head_.inode);
  if (!same_file) {  // its name may be as new as the file
    if (const auto flushed = flush_directory(directory_of(file.path)); !flushed) return flushed;
  }
  sealed_.tell_head = sealed_.tell_head || !same_file || day_of(head_.time) != day_of(place_.now);
  head_.time = place_.now;
  head_.device = file.status.st_dev;
  head_.inode = file.status.st_ino;
  head_.offset = offset;
  sealed_.end = {HeadState::kGood, head_};
  return state_.write(head_, place_.keys.head);
}

/// A seal that the head does not name. One is what a sweep leaves that was stopped between the two.
void Sealer::adopt(const SealedStretch& sealed) {
  const Seal& seal = sealed.seal;
  const std::string name = "seal " + std::to_string(seal.sequence);
  const bool next = sealed.authentic && seal.sequence == head_.sequence + 1 && seal.previous == head_.seal;
  if (!next) {
    broken_ = name + " stood where it does not belong, or is forged";
  } else if (++adopted_ > 1) {
    broken_ = "the head was older than the log: it did not know " + name;
  } else if (!sealed.digest_fits() && (seal.boot == boot_ || !sealed.can_be_a_crash())) {
    broken_ = "the lines under " + name + " were changed";
  } else if (!sealed.digest_fits()) {
    head_.lost = "the machine stopped before they were on the disk";
  }
  if (!sealed.authentic || seal.sequence <= head_.sequence) return;
  head_.sequence = seal.sequence;
  head_.seal = seal.mac;
  head_.offset = sealed.end.offset;
  owed_ = true;
  head_.missed = seal.missed + (head_.boot == seal.boot ? head_.missed : 0);
  if (seal.boot == boot_) head_.missed = std::min(head_.missed, missed_lines(place_.config.store.run_dir));
  head_.boot = seal.boot;
}

std::uint64_t Sealer::missed_now() const { return missed_of(missed_lines(place_.config.store.run_dir)); }

/// How many of those of this start of the machine, and of earlier ones, no seal has told yet.
std::uint64_t Sealer::missed_of(std::uint64_t all) const {
  return untold_of(all) + untold_.of_earlier_boots(head_.sequence, boot_);
}

std::uint64_t Sealer::untold_of(std::uint64_t all) const {
  const std::uint64_t known = head_.boot == boot_ ? head_.missed : 0;
  return all >= known ? all - known : all;  // fewer: the count began anew
}

void Sealer::keep_missed() const {
  const std::uint64_t untold = untold_of(missed_lines(place_.config.store.run_dir));
  if (untold != 0) static_cast<void>(untold_.keep(head_.sequence, boot_, untold));
}

Result<Sealed> seal_log(const AuditState& state, const SealingPlace& place) {
  Sealer sealer(state, place);
  auto sealed = sealer.run();
  if (!sealed) sealer.keep_missed();
  return sealed;
}

}  // namespace twinlock
