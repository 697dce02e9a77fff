// ServiceName: the PAM service that a login goes through ("sshd", "samba"), in the fixed size that a record keeps.
#pragma once

#include <array>
#include <string_view>

#include "base/result.h"

namespace twinlock {

class ServiceName {
 public:
  static constexpr std::size_t kMaxBytes = 15;

  /// No service: compares unequal to every parsed one.
  constexpr ServiceName() = default;
  /// Accepts 1 … 15 of a–z, A–Z, 0–9, '-', '_', '.'; anything else is kUsage.
  static Result<ServiceName> parse(std::string_view text);

  [[nodiscard]] std::string_view text() const noexcept { return {name_.data()}; }
  [[nodiscard]] bool empty() const noexcept { return name_[0] == '\0'; }
  bool operator==(const ServiceName&) const = default;

 private:
  std::array<char, kMaxBytes + 1> name_{};  ///< Zero-padded.
};

}  // namespace twinlock
