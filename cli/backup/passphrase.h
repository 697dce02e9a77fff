// The passphrase of a backup: asked for on a terminal without being shown, elsewhere the first line of the input.
#pragma once

#include "base/result.h"
#include "base/secret_bytes.h"
#include "cli/terminal.h"

namespace twinlock {

/// In characters. Whoever has the file can try passphrases for years.
inline constexpr std::size_t kShortestPassphrase = 12;

/// For a new backup; on a terminal it is asked for twice. kUsage if it is too short or the two differ.
[[nodiscard]] Result<SecretBytes> read_new_passphrase(const Terminal& terminal);

/// For one that is there. kUsage if it is empty.
[[nodiscard]] Result<SecretBytes> read_passphrase(const Terminal& terminal);

}  // namespace twinlock
