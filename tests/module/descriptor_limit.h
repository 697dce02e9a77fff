// A host program that has hardly any descriptors left.
#pragma once

#include <sys/resource.h>

#include <nlohmann/json.hpp>

namespace pam_driver {

/// From its construction on; nothing lifts it by itself.
class DescriptorLimit {
 public:
  /// So many more can be opened; null: no limit but the one that there is.
  explicit DescriptorLimit(const nlohmann::ordered_json& more);

  /// Throws std::runtime_error where somebody has changed it meanwhile.
  void lift() const;

 private:
  rlimit before_{};
  rlimit during_{};
};

}  // namespace pam_driver
