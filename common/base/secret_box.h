// SecretBox<T>: a T in secret pages, with value semantics. For plain structs that hold secrets.
#pragma once

#include <memory>
#include <new>
#include <type_traits>

#include "base/secret_pages.h"

namespace twinlock {

template <typename T>
class SecretBox {
  static_assert(std::is_trivially_copyable_v<T>, "wiping the bytes must be all that its destruction needs");

 public:
  SecretBox() : pages_(sizeof(T)) { ::new (pages_.data()) T(); }
  SecretBox(const SecretBox& other) : pages_(sizeof(T)) { ::new (pages_.data()) T(*other); }
  SecretBox& operator=(const SecretBox& other) {
    if (this != &other) *this = SecretBox(other);
    return *this;
  }
  SecretBox(SecretBox&&) noexcept = default;  ///< Leaves `other` empty: only to be destroyed or assigned.
  SecretBox& operator=(SecretBox&&) noexcept = default;
  ~SecretBox() = default;

  [[nodiscard]] T& operator*() noexcept { return *std::launder(reinterpret_cast<T*>(pages_.data())); }
  [[nodiscard]] const T& operator*() const noexcept { return *std::launder(reinterpret_cast<const T*>(pages_.data())); }
  [[nodiscard]] T* operator->() noexcept { return &**this; }
  [[nodiscard]] const T* operator->() const noexcept { return &**this; }

 private:
  SecretPages pages_;
};

}  // namespace twinlock
