#include "audit/chain_walk.h"

#include "audit/chain_words.h"
#include "base/clock.h"

namespace twinlock {
namespace {

constexpr const char* kAskWho = "find out who could write to the log; compare with syslog and the last backup";
constexpr Seconds kLongUnsealed{3600};

}  // namespace

ChainWalk::ChainWalk(const ChainFacts& facts) : facts_(facts) {
  begun_ = facts.head_state == HeadState::kGood;
  if (!begun_) return;
  sequence_ = facts.head.start.sequence;
  seal_ = facts.head.start.seal;
}

void ChainWalk::add(Grade grade, const Span& where, std::string what, std::string mend) {
  findings_.add({grade, where.file == nullptr ? facts_.log : where.file->name, where.first, where.last, std::move(what),
                 std::move(mend)});
}

void ChainWalk::fail(const Span& where, std::string what, std::string mend) {
  add(Grade::kFail, where, std::move(what), std::move(mend));
}

void ChainWalk::warn(const Span& where, std::string what, std::string mend) {
  add(Grade::kWarn, where, std::move(what), std::move(mend));
}

void ChainWalk::count(const Stretch& stretch) {
  report_.lines += stretch.lines();
  if (report_.first.empty()) report_.first = stretch.first_time;
  if (!stretch.last_time.empty()) report_.last = stretch.last_time;
}

void ChainWalk::take(const ScannedFile& file) {
  if (!file.damage.empty()) {
    fail({&file, 0, 0}, "cannot be read to its end: " + file.damage, "put the file back from a backup");
  }
  if (first_authentic(file) != nullptr) {
    take_chained(file);
  } else if (!file.sealed.empty()) {
    count(file.tail);
    const std::uint64_t line = file.sealed.front().end.line;
    fail({&file, line, line}, "none of its seals was made with this server's audit key",
         "was the key file replaced? put the old one back; else move this file away");
  } else if (!file.tail.empty()) {
    unsealed_.push_back(&file);
  }
}

void ChainWalk::take_chained(const ScannedFile& file) {
  if (last_ != nullptr && !last_->tail.empty()) take_unchained(*last_);
  repeated_ = false;
  for (const SealedStretch& sealed : file.sealed) take_seal(file, sealed);
}

/// Behind the last seal of a file after which the chain went on in another one.
void ChainWalk::take_unchained(const ScannedFile& file) {
  count(file.tail);
  fail({&file, file.tail.begin.line + 1, file.tail.end.line},
       count_of(file.tail.lines(), "line") + " behind the last seal of a file that was finished",
       std::string("they were added later; ") + kAskWho);
}

void ChainWalk::take_seal(const ScannedFile& file, const SealedStretch& sealed) {
  const Span itself{&file, sealed.end.line, sealed.end.line};
  if (!sealed.authentic) {
    fail(itself, "the seal was changed, or is forged", kAskWho);
    ++not_ours_;
    count(sealed.stretch);
    return;
  }
  note(sealed.seal);
  const bool before = is_before_the_start(file, sealed);
  if (!before && !follows(file, sealed)) return;
  last_ = &file;
  if (before) return;
  settle_doubt(sealed);
  check_content(file, sealed);
  sequence_ = sealed.seal.sequence;
  seal_ = sealed.seal.mac;
  boot_ = sealed.seal.boot;
  begun_ = true;
  not_ours_ = 0;
}

void ChainWalk::note(const Seal& seal) {
  if (seal.mac == facts_.head.seal) head_seen_ = true;
  if (facts_.noted && facts_.noted->sequence == seal.sequence && facts_.noted->seal == seal.mac) noted_seen_ = true;
}

/// A seal up to which the log was purged: it stands there alone, or the purge was interrupted.
bool ChainWalk::is_before_the_start(const ScannedFile& file, const SealedStretch& sealed) {
  const ChainStart& start = facts_.head.start;
  const Seal& seal = sealed.seal;
  if (facts_.head_state != HeadState::kGood || seal.sequence > start.sequence) return false;
  const Span where{&file, sealed.stretch.begin.line + 1, sealed.end.line};
  if (report_.seals > 0 || seal.sequence <= leftover_sequence_) {
    fail(where, "a seal of before the last purge stands here once more", kAskWho);
    return true;
  }
  if (seal.sequence == start.sequence && seal.mac != start.seal) {
    fail({&file, sealed.end.line, sealed.end.line}, "is not the seal behind which the log was purged", kAskWho);
  }
  if (sealed.stretch.lines() > 0 && !sealed.digest_fits())
    fail(where, "lines of before the last purge were changed", kAskWho);
  leftover_sequence_ = seal.sequence;
  leftover_ += sealed.stretch.lines();
  boot_ = sealed.seal.boot;
  return true;
}

/// False: it is a copy of one that was taken already.
bool ChainWalk::follows(const ScannedFile& file, const SealedStretch& sealed) {
  const Span where{&file, sealed.stretch.begin.line + 1, sealed.end.line};
  const std::uint64_t expected = sequence_ + 1;
  const Seal& seal = sealed.seal;
  if (!begun_ || (seal.sequence == expected && seal.previous == seal_)) return true;
  if (seal.sequence == expected) {
    fail(where, "seal " + std::to_string(seal.sequence) + " follows on another seal than the one before it", kAskWho);
  } else if (seal.sequence < expected) {
    if (!repeated_) fail(where, "seal " + std::to_string(seal.sequence) + " comes a second time, or too late", kAskWho);
    repeated_ = true;
    return false;
  } else if (seal.sequence - expected != not_ours_) {
    fail(where, seals_from_to(expected, seal.sequence - 1) + " before these lines, with the lines under them", kAskWho);
  }
  return true;
}

/// A stretch that does not fit its digest can have been lost when the machine stopped, before it was on the disk: then
/// the seal behind says so. What a file system leaves then are zero bytes, never other lines (Sealer::adopt).
void ChainWalk::settle_doubt(const SealedStretch& next) {
  if (!doubt_) return;
  if (!next.seal.lost.empty()) {
    warn(*doubt_, doubt_words_ + ": " + next.seal.lost, "compare with syslog");
  } else {
    fail(*doubt_, doubt_words_, kAskWho);
  }
  doubt_.reset();
}

void ChainWalk::check_content(const ScannedFile& file, const SealedStretch& sealed) {
  ++report_.seals;
  count(sealed.stretch);
  const Seal& seal = sealed.seal;
  if (seal.sequence == 1) check_beginning(file, sealed);
  if (!sealed.digest_fits()) {
    doubt_ =
        Span{&file, sealed.stretch.begin.line + 1, std::max(sealed.stretch.end.line, sealed.stretch.begin.line + 1)};
    doubt_words_ = words_of_doubt(sealed);
    doubt_may_be_a_crash_ = sealed.can_be_a_crash();
  } else {
    check_torn(file, sealed.stretch, seal.boot);
  }
  if (!seal.broken.empty()) {
    fail({&file, sealed.end.line, sealed.end.line},
         "the chain was found broken at " + rfc3339(seal.time) + ": " + seal.broken,
         std::string(kAskWho) + "; 'twinlock audit purge' up to there ends this message");
  }
  if (seal.missed == 0) return;
  report_.missed += seal.missed;
  last_missed_ = rfc3339(seal.time);
  if (first_missed_.empty()) first_missed_ = last_missed_;
}

/// Whoever removes head and seals makes a log that was never sealed.
void ChainWalk::check_beginning(const ScannedFile& file, const SealedStretch& sealed) {
  const auto first = parse_rfc3339(sealed.stretch.first_time);
  if (!first || sealed.seal.time - *first <= kLongUnsealed) return;
  warn({&file, sealed.stretch.begin.line + 1, sealed.end.line},
       "these lines, from " + sealed.stretch.first_time + " on, were first sealed at " + rfc3339(sealed.seal.time),
       "was the log sealed before? then head and seals were removed: look for \"audit head\" in syslog; else "
       "'twinlock audit purge' up to there ends this message");
}

void ChainWalk::check_torn(const ScannedFile& file, const Stretch& stretch, const std::string& boot) {
  const bool stopped = !boot_.empty() && boot_ != boot;
  for (const std::uint64_t line : stretch.torn) {
    warn({&file, line, line},
         stopped ? "a torn line: the machine stopped before it was on the disk"
                 : "a torn line: the disk was full, or the writer was killed",
         "syslog may have it");
  }
}

void ChainWalk::take_unsealed(const ScannedFile& file) {
  count(file.tail);
  const Span where{&file, file.tail.begin.line + 1, file.tail.end.line};
  const bool rotated = file.kind != ScannedFile::Kind::kCurrent && file.sealed.empty();
  if (rotated && last_ != nullptr && last_->kind == ScannedFile::Kind::kCurrent) {
    fail(where, "is not a part of the chain",
         std::string("it was put there later; ") + kAskWho + "; then move it away");
  } else if (file.kind == ScannedFile::Kind::kCompressed) {
    fail(where, "was compressed before it was sealed",
         "nothing proves its lines: see that they are in syslog, then move it away");
  } else {
    report_.unsealed += file.tail.lines();
    check_torn(file, file.tail, facts_.boot);
    if (oldest_unsealed_.empty()) oldest_unsealed_ = file.tail.first_time;
  }
}

void ChainWalk::check_end() {
  if (last_ != nullptr && !last_->tail.empty()) take_unsealed(*last_);
  for (const ScannedFile* file : unsealed_) take_unsealed(*file);
  if (!doubt_) return;
  const bool is_good = facts_.head_state == HeadState::kGood;
  const bool ahead = is_good && sequence_ == facts_.head.sequence + 1 && boot_ != facts_.boot;
  const bool known = is_good && sequence_ == facts_.head.sequence && !facts_.head.lost.empty();
  if (doubt_may_be_a_crash_ && (ahead || known)) {
    warn(*doubt_, doubt_words_ + ": the machine stopped before they were on the disk", "run: twinlock sweep");
  } else {
    fail(*doubt_, doubt_words_, kAskWho);
  }
}

void ChainWalk::check_head() {
  const bool anything = report_.seals != 0 || leftover_ != 0;
  if (facts_.head_state == HeadState::kGood) {
    check_last_seal();
  } else if (facts_.head_state == HeadState::kDamaged) {
    findings_.add({Grade::kFail, facts_.head_file, 0, 0, "is damaged, or was made with another key",
                   "put it back from a backup, or 'twinlock sweep' makes a new one and marks the break"});
  } else if (anything) {
    findings_.add({Grade::kFail, facts_.head_file, 0, 0, "is missing: what was cut off at the end cannot be told",
                   "put it back from a backup, or 'twinlock sweep' makes a new one and marks the break"});
  }
}

void ChainWalk::check_last_seal() {
  const ChainHead& head = facts_.head;
  const Span end{last_, 0, 0};
  if (sequence_ < head.sequence) {
    fail(end, seals_from_to(sequence_ + 1, head.sequence) + ": the end of the log was cut off, or a file is missing",
         std::string("the head knows them; ") + kAskWho);
  } else if (sequence_ > head.sequence + 1) {
    findings_.add({Grade::kFail, facts_.head_file, 0, 0,
                   "is older than the log: seal " + std::to_string(sequence_) + " is made and it names " +
                       std::to_string(head.sequence),
                   "it was put back; " + std::string(kAskWho)});
  } else if (head.sequence != 0 && !head_seen_) {
    fail(end, "the last seal is not the one that the head names", kAskWho);
  }
  if (head.start.broken.empty()) return;
  findings_.add({Grade::kFail, facts_.head_file, 0, 0,
                 "the chain was broken, and that part has been purged by its age: " + head.start.broken,
                 "'twinlock audit purge' by an administrator ends this message"});
}

void ChainWalk::check_noted() {
  if (!facts_.noted || noted_seen_) return;
  const std::uint64_t start = facts_.head.start.sequence;
  const std::string seal = "seal " + std::to_string(facts_.noted->sequence);
  if (facts_.noted->sequence == start && facts_.noted->seal == facts_.head.start.seal) return;
  if (facts_.noted->sequence < start) {
    warn({nullptr, 0, 0}, "the head that you noted, " + seal + ", was purged", "note the present head");
  } else {
    fail({nullptr, 0, 0}, "the head that you noted, " + seal + ", is not in the log", kAskWho);
  }
}

void ChainWalk::tell_the_rest() {
  if (report_.missed != 0) {
    warn({nullptr, 0, 0},
         count_of(report_.missed, "line") + " could not be written to the file and went to syslog only (" +
             first_missed_ + " to " + last_missed_ + ")",
         "look for \"audit: {\" in syslog");
  }
  if (leftover_ != 0) {
    warn({nullptr, 0, 0}, count_of(leftover_, "line") + " left behind by a purge that was interrupted",
         "run: twinlock audit purge");
  }
  if (report_.unsealed == 0) return;
  const auto since = parse_rfc3339(oldest_unsealed_);
  const bool late = since && facts_.now - *since > kLongUnsealed;
  add(late ? Grade::kWarn : Grade::kOk, {nullptr, 0, 0},
      count_of(report_.unsealed, "line") + " not sealed yet" + (late ? ", some since " + oldest_unsealed_ : ""),
      late ? "is twinlock-sweep.timer running? run: twinlock sweep" : "run: twinlock sweep");
}

ChainReport ChainWalk::finish() {
  check_end();
  check_head();
  check_noted();
  tell_the_rest();
  findings_.finish(report_);
  return report_;
}

}  // namespace twinlock
