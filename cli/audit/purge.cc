#include "cli/audit/purge.h"

#include <algorithm>

#include "cli/audit/log_files.h"
#include "cli/audit/rewrite.h"

namespace twinlock {
namespace {

class Purger {
 public:
  Purger(const AuditState& state, const SealingPlace& place, ChainHead head, const PurgeOrder& order,
         const AnnouncePurge& announce)
      : state_(state), place_(place), head_(std::move(head)), order_(order), announce_(announce) {}

  Result<Purged> run() {
    auto files = open_log_files(place_.config.audit.file, Access::kChange);
    if (!files) return files.error();
    files_ = std::move(*files);
    for (const LogFile& file : files_) {
      if (const auto removed = remove_leftover(file); !removed) return removed.error();
    }
    const auto scanned = scan_all(files_, place_.keys.seal, {});
    if (!scanned) return scanned.error();
    find_start(*scanned);
    if (removes_anything(*scanned)) announce_(purged_);                                                // MUST 3
    if (const auto written = state_.write(head_, place_.keys.head); !written) return written.error();  // MUST 1
    for (const ScannedFile& file : *scanned) {
      if (const auto treated = treat(file); !treated) return treated.error();
    }
    if (const auto written = state_.write(head_, place_.keys.head); !written) return written.error();
    return purged_;
  }

 private:
  /// The new beginning: behind the last seal of those at the beginning that are old enough.
  void find_start(const std::vector<ScannedFile>& scanned) {
    purged_.sequence = head_.start.sequence;
    head_.purged = place_.now;
    if (order_.by == PurgeOrder::By::kAdministrator) purged_.broken = std::exchange(head_.start.broken, {});
    for (const ScannedFile& file : scanned) {
      for (const SealedStretch& sealed : file.sealed) {
        if (!sealed.authentic || sealed.seal.sequence <= head_.start.sequence) continue;
        if (sealed.seal.sequence > head_.sequence) return;
        if (sealed.seal.time > place_.now) continue;  // of a clock that was ahead: goes along with a later one
        if (sealed.seal.time >= order_.before) return;
        begin_behind(sealed.seal);
      }
    }
  }

  void begin_behind(const Seal& seal) {
    head_.start.sequence = seal.sequence;
    head_.start.seal = seal.mac;
    head_.start.time = place_.now;
    head_.start.actor = order_.actor;
    purged_.sequence = seal.sequence;
    purged_.until = seal.time;
    if (seal.broken.empty()) return;
    std::string& mark = order_.by == PurgeOrder::By::kAge ? head_.start.broken : purged_.broken;
    mark = seal.broken;
  }

  const LogFile& opened(const ScannedFile& file) const { return *std::ranges::find(files_, file.name, &LogFile::path); }

  /// A file without seals of ours, rotated away so long ago.
  bool is_old(const ScannedFile& file) const {
    return first_authentic(file) == nullptr && file.kind != ScannedFile::Kind::kCurrent &&
           opened(file).status.st_mtim.tv_sec < order_.before.seconds;
  }

  bool removes_anything(const std::vector<ScannedFile>& scanned) const {
    return purged_.until != UnixTime{} || std::ranges::any_of(scanned, [&](const auto& file) { return is_old(file); });
  }

  Result<void> treat(const ScannedFile& file) {
    if (is_old(file)) return remove(file, file.tail.end.line);
    if (first_authentic(file) == nullptr) return done();
    const auto is_gone = [&](const SealedStretch& sealed) {
      return sealed.authentic && sealed.seal.sequence <= head_.start.sequence;
    };
    // Only those at the beginning: a copy of one, put in further on, must not take genuine lines along.
    const auto kept = std::find_if_not(file.sealed.begin(), file.sealed.end(), is_gone);
    return kept == file.sealed.begin() ? done() : cut_behind(file, *std::prev(kept));
  }

  /// The seal itself stays at the file's beginning, as the head finds its place by it.
  Result<void> cut_behind(const ScannedFile& file, const SealedStretch& last) {
    const bool is_end = &last == &file.sealed.back() && file.tail.empty();
    const bool current = file.kind == ScannedFile::Kind::kCurrent;
    if (is_end && !current && last.seal.mac != head_.seal) return remove(file, last.stretch.end.line);
    const std::uint64_t begin = last.stretch.end.offset;
    if (begin == 0) return done();
    const auto fresh = rewrite_from(opened(file), begin);
    if (!fresh) return fresh.error();
    count(file, last.stretch.end.line);
    if (opened(file).is(head_.device, head_.inode)) {
      head_.device = fresh->status.st_dev;
      head_.inode = fresh->status.st_ino;
      head_.offset -= begin;
    }
    return done();
  }

  Result<void> remove(const ScannedFile& file, std::uint64_t lines) {
    if (const auto removed = remove_log_file(opened(file)); !removed) return removed;
    purged_.files.push_back(file.name);
    count(file, lines);
    return done();
  }

  /// Of the first `lines` lines of a file those that are no seals.
  void count(const ScannedFile& file, std::uint64_t lines) {
    const auto seals = std::ranges::count_if(file.sealed, [&](const SealedStretch& s) { return s.end.line <= lines; });
    purged_.lines += lines - static_cast<std::uint64_t>(seals);
  }

  const AuditState& state_;
  const SealingPlace& place_;
  ChainHead head_;
  const PurgeOrder& order_;
  const AnnouncePurge& announce_;
  std::vector<LogFile> files_;
  Purged purged_;
};

}  // namespace

Result<Purged> purge_log(const AuditState& state, const SealingPlace& place, ChainHead head, const PurgeOrder& order,
                         const AnnouncePurge& announce) {
  return Purger(state, place, std::move(head), order, announce).run();
}

}  // namespace twinlock
