// A user name with a code in it, as an SMB client sends it: "alice+492039".
#pragma once

#include <optional>
#include <string_view>

#include "account/typed_code.h"
#include "base/username.h"

namespace twinlock {

struct SmbName {
  Username user;
  TypedCode code;  ///< Of a kind that may open a login.
};

/// Takes `[DOMAIN\]user<separator>code[@domain]` apart. The last separator that a code follows to the end counts, so
/// names may contain the separator themselves. nullopt: no user name, or no code that a login could use.
[[nodiscard]] std::optional<SmbName> split_smb_name(std::string_view typed, char separator);

}  // namespace twinlock
