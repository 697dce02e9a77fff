// Everything a login or a command works with, opened from one configuration file.
#pragma once

#include <memory>
#include <string>

#include "account/decision_policy.h"
#include "config/config.h"
#include "store/key_source.h"
#include "store/store.h"

namespace twinlock {

struct Workplace {
  Config config;
  DecisionPolicy policy;
  std::unique_ptr<KeySource> keys;  ///< Outlives the store, which seals with them.
  std::unique_ptr<Store> store;
};

/// Reads the configuration and the key file and opens the store.
[[nodiscard]] Result<Workplace> open_workplace(const std::string& config_path);

/// The same where the configuration has been read already.
[[nodiscard]] Result<Workplace> open_workplace(Config config);

}  // namespace twinlock
