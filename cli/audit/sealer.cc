// How a Sealer finds its place in the log; sealing.cc has what it does there.
#include "cli/audit/sealer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "base/clock.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::size_t kLongestSeal = 8192;
/// A login whose line is written behind a seal can have begun so long before it.
constexpr Seconds kLongestLogin{3600};

/// Whether the line that ends at `offset` is the seal with this MAC.
Result<bool> ends_with_seal(const LogFile& file, std::uint64_t offset, const Mac& mac, const SecretBytes& key) {
  if (file.kind == ScannedFile::Kind::kCompressed || offset == 0 || offset > file.size()) return false;
  const std::uint64_t begin = offset - std::min<std::uint64_t>(offset, kLongestSeal);
  auto bytes = LogBytes::of(file, begin, offset - begin);
  if (!bytes) return bytes.error();
  const auto block = bytes->next();
  if (!block) return block.error();
  if (!block->ends_with('\n')) return false;
  const auto text = block->substr(0, block->size() - 1);
  const auto line = text.substr(text.find_last_of('\n') + 1);  // npos + 1 is 0
  const auto seal = parse_seal(line);
  if (!seal || seal->mac != mac) return false;
  return is_authentic(line, *seal, key);
}

const LogFile* current_of(const std::vector<LogFile>& files) {
  const auto found = std::ranges::find(files, ScannedFile::Kind::kCurrent, &LogFile::kind);
  return found == files.end() ? nullptr : &*found;
}

std::string seal_text(std::uint64_t sequence) { return "seal " + std::to_string(sequence); }

}  // namespace

Sealer::Sealer(const AuditState& state, const SealingPlace& place)
    : state_(state), place_(place), untold_(place.config.store.state_dir) {}

Result<Sealed> Sealer::run() {
  auto files = open_log_files(place_.config.audit.file, Access::kChange);
  if (!files) return files.error();
  files_ = std::move(*files);
  const auto head = state_.read(place_.keys.head);
  if (!head) return head.error();
  sealed_.end = *head;
  head_ = head->head;
  if (head_.sequence != 0) last_sealed_ = head_.time;
  static_cast<void>(untold_.make_room());  // where the disk is full already, syslog has the lines all the same
  if (const auto found = find_end(); !found) return found.error();
  if (end_) {
    if (const auto sealed = seal_behind_end(); !sealed) return sealed.error();
  }
  const bool goes_on = broken_.empty() && (!end_ || is_finished(*end_->file));
  if (goes_on && sealed_.end.state == HeadState::kGood) {
    if (const auto sealed = seal_the_others(); !sealed) return sealed.error();
  }
  return sealed_;
}

/// Where the last seal stands, and what is to be said of that.
Result<void> Sealer::find_end() {
  const HeadState state = sealed_.end.state;
  if (state == HeadState::kGood && head_.sequence == 0) return done();  // the first seal is yet to come
  if (state == HeadState::kGood) {
    const auto end = locate();
    if (!end) return end.error();
    end_ = *end;
    if (end_) return done();
  }
  const auto scanned = scan_all(files_, place_.keys.seal, {});
  if (!scanned) return scanned.error();
  const bool sealed = std::ranges::any_of(*scanned, [](const ScannedFile& file) { return !file.sealed.empty(); });
  if (state == HeadState::kMissing && !sealed) return begin_anew();
  if (state != HeadState::kGood) head_.purged = place_.now;
  if (state == HeadState::kMissing) return mark_break("the head was missing", *scanned);
  if (state == HeadState::kDamaged) return mark_break("the head was damaged, or made with another key", *scanned);
  return mark_break(seal_text(head_.sequence) + ", which the head named, was not in the log", *scanned);
}

/// The first head is there before the first seal: a seal without a head is a break.
Result<void> Sealer::begin_anew() {
  const bool empty = std::ranges::all_of(files_, [](const LogFile& file) { return file.size() == 0; });
  if (empty && missed_now() == 0) return done();
  head_.time = {};
  head_.purged = place_.now;
  if (const auto written = state_.write(head_, place_.keys.head); !written) return written;
  sealed_.end = {HeadState::kGood, head_};
  return done();
}

Result<std::optional<Sealer::End>> Sealer::locate() const {
  for (const LogFile& file : files_) {
    if (!file.is(head_.device, head_.inode)) continue;
    const auto ends = ends_with_seal(file, head_.offset, head_.seal, place_.keys.seal);
    if (!ends) return ends.error();
    if (*ends) return std::optional(End{&file, {head_.offset, 0}});
  }
  // Put back from a backup, compressed meanwhile, or rewritten by a purge that was interrupted.
  for (const LogFile& file : files_) {
    const auto scanned = scan(file, place_.keys.seal, UINT64_MAX, {});
    if (!scanned) return scanned.error();
    for (const SealedStretch& sealed : scanned->sealed) {
      if (sealed.authentic && sealed.seal.mac == head_.seal) return std::optional(End{&file, sealed.end});
    }
  }
  return std::optional<End>();
}

/// Goes on behind whatever stands in the current file, with the highest sequence that is known.
Result<void> Sealer::mark_break(std::string words, const std::vector<ScannedFile>& scanned) {
  broken_ = std::move(words);
  for (const ScannedFile& file : scanned) {
    for (const SealedStretch& sealed : file.sealed) {
      if (!sealed.authentic || sealed.seal.sequence <= head_.sequence) continue;
      head_.sequence = sealed.seal.sequence;
      head_.seal = sealed.seal.mac;
    }
  }
  if (current_of(files_) == nullptr) {
    auto made = make_log_file(place_.config.audit.file);
    if (!made) return made.error();
    files_.push_back(std::move(*made));
  }
  const LogFile* current = current_of(files_);
  const auto same = std::ranges::find(scanned, current->path, &ScannedFile::name);
  const bool has_seals = same != scanned.end() && !same->sealed.empty();
  end_ = End{current, has_seals ? same->sealed.back().end : LogPlace{}};
  return done();
}

/// Whether logins append to another file by now: nobody appends to this one once its lock was held alone.
bool Sealer::is_finished(const LogFile& file) const { return !is_still_named(file.fd.get(), place_.config.audit.file); }

Result<void> Sealer::seal_behind_end() {
  const LogFile& file = *end_->file;
  if (file.kind != ScannedFile::Kind::kCompressed) return seal_file(file, end_->place);
  const auto scanned = scan(file, place_.keys.seal, UINT64_MAX, {});
  if (!scanned) return scanned.error();
  adopted_ = 0;
  for (const SealedStretch& sealed : scanned->sealed) {
    if (sealed.authentic && sealed.seal.sequence > head_.sequence) adopt(sealed);
  }
  if (const auto settled = settle(file); !settled) return settled;
  if (scanned->tail.empty() && scanned->damage.empty()) return done();
  if (const LogFile* current = current_of(files_); current != nullptr) {
    broken_ = file.path + " was compressed before its last lines were sealed";
    end_ = End{current, {}};
    return seal_file(*current, {});
  }
  return done();
}

/// A file that holds seals of before is one that the chain has left; if it is the current one, it was put back.
Result<bool> Sealer::goes_on_in(const LogFile& file) const {
  if (file.kind == ScannedFile::Kind::kCompressed || (end_ && &file == end_->file)) return false;
  const auto first = first_seal(file);
  if (!first) return first.error();
  return !*first || (*first)->sequence > head_.sequence || file.kind == ScannedFile::Kind::kCurrent;
}

/// One that was rotated away since the last seal holds what was written since then.
bool Sealer::is_older_than_the_chain(const LogFile& file) const {
  if (file.kind == ScannedFile::Kind::kCurrent) return false;
  const auto begin = parse_rfc3339(first_time(file));
  return begin && *begin + kLongestLogin < last_sealed_;
}

Result<void> Sealer::seal_the_others() {
  const auto order = reading_order(files_);
  if (!order) return order.error();
  for (const LogFile* file : *order) {
    const auto goes_on = goes_on_in(*file);
    if (!goes_on) return goes_on.error();
    if (!*goes_on) continue;
    if (is_older_than_the_chain(*file)) broken_ = file->path + ", which was never sealed, is older than the last seal";
    if (const auto sealed = seal_file(*file, {}); !sealed) return sealed;
  }
  return done();
}

}  // namespace twinlock
