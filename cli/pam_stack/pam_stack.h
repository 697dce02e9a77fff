// The lines that libpam runs for one service, with all files that it reads for them. Pure: files come in as a callback.
//
// Follows Linux-PAM 1.5 with Debian's `@include` (libpam/pam_handlers.c); tests/unit/cli compares it with the real one.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/pam_stack/pam_control.h"

namespace twinlock {

enum class PamFacility : std::uint8_t { kAuth, kAccount, kPassword, kSession };

[[nodiscard]] std::string_view name_of(PamFacility facility);  ///< "auth", "account" …

struct PamHandler {
  enum class Kind : std::uint8_t {
    kModule,
    kMustFail,  ///< A line that libpam cannot read: it answers perm_denied.
    kSubstack,  ///< The head of a substack, which runs nothing itself.
  };
  Kind kind = Kind::kModule;
  std::uint32_t level = 0;  ///< How many substacks deep.
  PamControl control;
  std::string module;  ///< As written: "pam_unix.so" or an absolute path.
  std::vector<std::string> arguments;
  std::string file;  ///< Where the line stands …
  int line = 0;      ///< … from 1.

  [[nodiscard]] std::string place() const { return file + ":" + std::to_string(line); }
  /// "pam_unix" for "/lib/security/pam_unix.so".
  [[nodiscard]] std::string module_name() const;
};

using PamHandlers = std::vector<PamHandler>;

struct PamFile {
  std::string path;
  std::string text;
};

/// The file of a service, or the one with that absolute path; nullopt: there is none that can be read.
using PamFiles = std::function<std::optional<PamFile>(const std::string& name)>;

/// A line that libpam cannot make sense of.
struct PamFlaw {
  std::string place;
  std::string why;
};

struct PamStack {
  std::array<PamHandlers, 4> handlers;  ///< By PamFacility. Those of `other` where the service has none of a kind.
  std::optional<std::string> broken;    ///< Why libpam refuses to run anything at all (PAM_ABORT).
  std::vector<PamFlaw> flaws;           ///< Each makes its line fail; libpam only writes it to syslog.
  /// All that were read for it, also those without a line of their own; those of `other` where it serves.
  std::vector<std::string> files;

  [[nodiscard]] const PamHandlers& of(PamFacility facility) const {
    return handlers.at(static_cast<std::size_t>(facility));
  }
};

/// In an included file an @include that cannot be read fails here; what libpam 1.5 does with it is not defined.
[[nodiscard]] PamStack load_pam_stack(const PamFiles& files, const std::string& service);

}  // namespace twinlock
