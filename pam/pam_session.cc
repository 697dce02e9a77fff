#include "pam/pam_session.h"

#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include <cstdlib>
#include <cstring>
#include <memory>

namespace twinlock {
namespace {

constexpr unsigned kRefusalDelayMicroseconds = 2'000'000;

Error pam_error_of(pam_handle* handle, std::string what, int outcome) {
  return {Error::Code::kConversation, std::move(what), ::pam_strerror(handle, outcome), ""};
}

Result<std::string> text_item(pam_handle* handle, int item, const char* name) {
  const void* value = nullptr;
  const int outcome = ::pam_get_item(handle, item, &value);
  if (outcome != PAM_SUCCESS) return pam_error_of(handle, name, outcome);
  return value == nullptr ? std::string() : std::string(static_cast<const char*>(value));
}

struct ResponseWiper {
  void operator()(char* response) const noexcept {
    wipe(response, std::strlen(response));
    std::free(response);
  }
};

/// Takes over a response that the application allocated; wiped even where there is no memory for the copy.
SecretBytes take(char* response) {
  const std::unique_ptr<char, ResponseWiper> owned(response);
  return owned ? SecretBytes(std::string_view(owned.get())) : SecretBytes();
}

}  // namespace

Result<std::string> PamSession::service() const { return text_item(handle_, PAM_SERVICE, "PAM_SERVICE"); }

Result<std::string> PamSession::user() {
  const char* user = nullptr;
  const int outcome = ::pam_get_user(handle_, &user, nullptr);
  if (outcome != PAM_SUCCESS) return pam_error_of(handle_, "PAM_USER", outcome);
  return std::string(user == nullptr ? "" : user);
}

Result<Address> PamSession::remote_address() const {
  const auto host = text_item(handle_, PAM_RHOST, "PAM_RHOST");
  if (!host) return host.error();
  if (host->empty()) return Address();
  const auto address = Address::parse(*host);
  if (!address || address->family() == Address::Family::kLocal) {  // "local" would be a host of that name
    return Error{Error::Code::kConfig, "PAM_RHOST", "is not a numeric address",
                 "set `UseDNS no` in sshd_config and `hostname lookups = no` in smb.conf"};
  }
  return *address;
}

std::optional<std::string> PamSession::variable(const char* name) const {
  const char* value = ::pam_getenv(handle_, name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<void> PamSession::set_variable(const std::string& name, const std::string& value) {
  const int outcome = ::pam_putenv(handle_, (name + "=" + value).c_str());
  if (outcome != PAM_SUCCESS) return pam_error_of(handle_, name, outcome);
  return done();
}

void PamSession::unset_variable(const char* name) {
  if (variable(name)) ::pam_putenv(handle_, name);
}

Result<SecretBytes> PamSession::ask(std::string_view prompt) {
  char* response = nullptr;
  const std::string text(prompt);
  const int outcome = ::pam_prompt(handle_, PAM_PROMPT_ECHO_OFF, &response, "%s", text.c_str());
  SecretBytes answer = take(response);
  if (outcome != PAM_SUCCESS) return pam_error_of(handle_, "conversation", outcome);
  return answer;
}

void PamSession::tell(std::string_view text) {
  if (messages_ == Messages::kSilent) return;
  const std::string line(text);
  static_cast<void>(::pam_prompt(handle_, PAM_ERROR_MSG, nullptr, "%s", line.c_str()));
}

void PamSession::request_delay() { static_cast<void>(::pam_fail_delay(handle_, kRefusalDelayMicroseconds)); }

void PamSession::log(int priority, const std::string& text) const {
  ::pam_syslog(handle_, priority, "%s", text.c_str());
}

}  // namespace twinlock
