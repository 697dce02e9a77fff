// The human at the other end of a login.
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace twinlock {

class Conversation {
 public:
  virtual ~Conversation() = default;

  /// Asks without echo. An answer that the application leaves out (NULL) is an empty one.
  /// kConversation where it cannot ask, or the human went away. Hold no lock: people take minutes.
  [[nodiscard]] virtual Result<SecretBytes> ask(std::string_view prompt) = 0;

  enum class Tone { kNotice, kRefusal };
  /// Shows a line, where the application can. Never fails: nothing may depend on it.
  virtual void tell(std::string_view text, Tone tone) = 0;
};

}  // namespace twinlock
