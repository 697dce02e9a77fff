// Which engine `store.url` of the configuration means.
#pragma once

#include <memory>
#include <string_view>

#include "store/key_source.h"
#include "store/store.h"

namespace twinlock {

/// Before the path of the users directory.
inline constexpr std::string_view kFileScheme = "file:";

/// "file:/absolute/path" opens the file engine. "postgresql:" is kConfig: this build has no such engine. Anything else,
/// "file://host/path" included, is kConfig. Looks at nothing on disk. `keys` must outlive the store.
[[nodiscard]] Result<std::unique_ptr<Store>> open_store(std::string_view url, KeySource& keys);

}  // namespace twinlock
