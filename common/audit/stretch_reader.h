// Cuts the bytes of one file of the audit log into stretches, each ended by a seal, and sums them up. No I/O.
//
// MUST 1: a stretch's digest covers every byte between two seals, whatever stands there.
// MUST 2: only a whole line that ends in '\n' and parses as a seal ends a stretch; a torn seal is a line like others.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_seal.h"

namespace twinlock {

/// A place in a file: behind the end of a line.
struct LogPlace {
  std::uint64_t offset = 0;  ///< Bytes before it.
  std::uint64_t line = 0;    ///< Lines before it.
};

/// What stands between two seals.
struct Stretch {
  LogPlace begin;
  LogPlace end;  ///< Of the last line; a line without its end counts.
  Digest digest{};
  std::vector<std::uint64_t> torn;  ///< Numbers, from 1, of lines that are no JSON; the first kMostTorn of them.
  bool has_holes = false;           ///< Zero bytes stand in it, as a file system leaves them that was stopped.
  std::string first_time;           ///< Of the first line of ours, as it stands there; empty: there is none.
  std::string last_time;            ///< Of the last line of ours.

  [[nodiscard]] std::uint64_t lines() const { return end.line - begin.line; }
  [[nodiscard]] bool empty() const { return begin.offset == end.offset; }
};

constexpr std::size_t kMostTorn = 10;

/// A stretch with the seal behind it, which is one line.
struct SealedStretch {
  Stretch stretch;
  Seal seal;
  LogPlace end;            ///< Behind the seal.
  bool authentic = false;  ///< The MAC is right; nothing else has been looked at.

  [[nodiscard]] bool digest_fits() const { return stretch.digest == seal.digest && stretch.lines() == seal.lines; }
  /// Whether the machine can have stopped before all of it was on the disk: then zero bytes stand for some of it.
  [[nodiscard]] bool can_be_a_crash() const { return stretch.has_holes && stretch.lines() <= seal.lines; }
};

class StretchReader {
 public:
  using SealTaker = std::function<void(const SealedStretch&)>;

  /// Reading begins at `start`, behind a seal or at the file's beginning. `key` must outlive the reader.
  StretchReader(const SecretBytes& key, LogPlace start, SealTaker take_seal);

  /// Takes the next bytes of the file.
  void feed(std::string_view block);

  /// The stretch behind the last seal, to be called once, at the end. kCrypto if OpenSSL has refused anything.
  [[nodiscard]] Result<Stretch> finish();

  /// Whether the bytes up to now end within a line.
  [[nodiscard]] bool is_within_a_line() const { return !pending_.empty(); }

 private:
  void take_line(std::string_view line);  ///< With its end.
  void take_seal(const Seal& seal, std::string_view line);
  void add_to_stretch(std::string_view line);

  const SecretBytes& key_;
  SealTaker on_seal_;
  LogPlace here_;
  Stretch stretch_;
  Sha256 digest_;
  std::string pending_;  ///< The beginning of a line whose end has not come yet.
  std::optional<Error> flaw_;
};

/// The time of a line of ours as it stands there; empty: it does not begin like one.
[[nodiscard]] std::string_view time_of_line(std::string_view line);

}  // namespace twinlock
