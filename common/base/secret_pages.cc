#include "base/secret_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <utility>

namespace twinlock {
namespace {

std::size_t whole_pages(std::size_t size) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return (size + page - 1) / page * page;
}

}  // namespace

void wipe(void* start, std::size_t size) noexcept {
  if (size > 0) ::explicit_bzero(start, size);
}

SecretPages::SecretPages(std::size_t size) {
  if (size == 0) return;
  const std::size_t length = whole_pages(size);
  void* start = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) throw std::bad_alloc();
  if (::madvise(start, length, MADV_DONTDUMP) != 0) {
    ::munmap(start, length);
    throw std::bad_alloc();
  }
  static_cast<void>(::mlock(start, length));
  start_ = static_cast<std::uint8_t*>(start);
  length_ = length;
}

SecretPages::SecretPages(SecretPages&& other) noexcept
    : start_(std::exchange(other.start_, nullptr)), length_(std::exchange(other.length_, 0)) {}

SecretPages& SecretPages::operator=(SecretPages&& other) noexcept {
  if (this == &other) return *this;
  release();
  start_ = std::exchange(other.start_, nullptr);
  length_ = std::exchange(other.length_, 0);
  return *this;
}

SecretPages::~SecretPages() { release(); }

void SecretPages::release() noexcept {
  if (start_ == nullptr) return;
  wipe(start_, length_);
  ::munmap(start_, length_);
}

}  // namespace twinlock
