// Words in which the walk along the chain (audit/chain_walk.h) tells what it found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "audit/stretch_reader.h"

namespace twinlock {

/// "1 line", "2 lines"
[[nodiscard]] std::string count_of(std::uint64_t number, std::string_view thing);

/// "seal 2 is missing", "seals 2 to 4 are missing"
[[nodiscard]] std::string seals_from_to(std::uint64_t first, std::uint64_t last);

/// How a stretch differs from what its seal says, as far as that can be told.
[[nodiscard]] std::string words_of_doubt(const SealedStretch& sealed);

}  // namespace twinlock
