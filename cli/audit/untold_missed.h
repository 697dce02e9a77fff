// How many lines of the audit log are missed that no seal has told yet: their count in /run ends with this start of the
// machine, and a full disk takes no seal. So sweep keeps it in a file that always has its size, and is written in
// place: that needs no room.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace twinlock {

class UntoldMissed {
 public:
  explicit UntoldMissed(const std::string& state_dir) : path_(state_dir + "/audit.missed") {}

  /// Makes the file where it is missing. kStore where that fails.
  [[nodiscard]] Result<void> make_room() const;

  /// Of earlier starts of the machine, since the seal of that sequence. 0 also where the file cannot be read.
  [[nodiscard]] std::uint64_t of_earlier_boots(std::uint64_t sequence, const std::string& boot) const;

  /// Notes that so many are untold of this start, besides those of earlier ones. kStore where it cannot be written.
  [[nodiscard]] Result<void> keep(std::uint64_t sequence, const std::string& boot, std::uint64_t count) const;

 private:
  std::string path_;
};

}  // namespace twinlock
