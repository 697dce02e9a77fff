// Memory for secrets: own pages that are kept out of core dumps and swap and wiped before they are returned.
//
// MUST 1: every byte is wiped before the pages go back to the system.
// MUST 2: the pages are marked MADV_DONTDUMP; where that fails the allocation fails.
// mlock is tried and may fail (RLIMIT_MEMLOCK belongs to the host program, which we do not change).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace twinlock {

class SecretPages {
 public:
  SecretPages() noexcept = default;
  /// Zeroed memory for `size` bytes. Throws std::bad_alloc where the system has none.
  explicit SecretPages(std::size_t size);
  SecretPages(SecretPages&& other) noexcept;
  SecretPages& operator=(SecretPages&& other) noexcept;
  SecretPages(const SecretPages&) = delete;
  SecretPages& operator=(const SecretPages&) = delete;
  ~SecretPages();

  [[nodiscard]] std::uint8_t* data() noexcept { return start_; }
  [[nodiscard]] const std::uint8_t* data() const noexcept { return start_; }

 private:
  void release() noexcept;

  std::uint8_t* start_ = nullptr;
  std::size_t length_ = 0;  ///< Whole pages.
};

/// Overwrites memory in a way that no compiler removes.
void wipe(void* start, std::size_t size) noexcept;

}  // namespace twinlock
