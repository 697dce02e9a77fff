// PamSession: one pam_handle_t with types. Besides pam_entry and pam_codes the only file that knows PAM's headers.
#pragma once

#include <optional>
#include <string>

#include "base/address.h"
#include "pam/conversation.h"

struct pam_handle;

namespace twinlock {

/// Whether the application forbids messages (PAM_SILENT).
enum class Messages { kShown, kSilent };

class PamSession final : public Conversation {
 public:
  PamSession(pam_handle* handle, Messages messages) : handle_(handle), messages_(messages) {}

  /// PAM_SERVICE. kConversation where the application set none.
  [[nodiscard]] Result<std::string> service() const;
  /// PAM_USER; asks for it where the application has not ("login:").
  [[nodiscard]] Result<std::string> user();
  /// PAM_RHOST. Absent or empty: `local`. A host name is an error (kConfig): names are for whoever runs the DNS.
  [[nodiscard]] Result<Address> remote_address() const;

  /// PAM_TTY; empty where the application set none.
  [[nodiscard]] std::string terminal() const;

  /// A variable of the PAM environment (never of the process).
  [[nodiscard]] std::optional<std::string> variable(const char* name) const;
  [[nodiscard]] Result<void> set_variable(const std::string& name, const std::string& value);
  void unset_variable(const char* name);

  [[nodiscard]] Result<SecretBytes> ask(std::string_view prompt) override;
  void tell(std::string_view text, Tone tone) override;

  /// Whether a password was given before us in this login. In the stacks that we ship a wrong one never gets here.
  [[nodiscard]] bool has_password() const;
  /// The password of this login; asks for it ("Password: ") where nobody has yet.
  [[nodiscard]] Result<SecretBytes> password();
  /// Hands the password on to the modules behind us.
  [[nodiscard]] Result<void> set_password(std::string_view password);

  /// Keeps a code for a later line of ours in the same `auth` stack. Wiped at the latest when the handle ends.
  [[nodiscard]] Result<void> keep_code(SecretBytes code);
  /// The kept code, which is kept no longer; nullopt: none was.
  [[nodiscard]] std::optional<SecretBytes> take_code();
  void drop_code() { static_cast<void>(take_code()); }

  /// Asks libpam to delay a refusal by 2 s. We never sleep ourselves.
  void request_delay();

  /// To syslog, under the application's name, AUTHPRIV. `priority` is LOG_ERR, LOG_NOTICE …
  void log(int priority, const std::string& text) const;

 private:
  pam_handle* handle_;
  Messages messages_;
};

}  // namespace twinlock
