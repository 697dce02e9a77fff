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

constexpr const char* kKeptCode = "twinlock_code";

void delete_kept_code(pam_handle_t*, void* code, int) { delete static_cast<SecretBytes*>(code); }

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

std::string PamSession::terminal() const {
  const auto terminal = text_item(handle_, PAM_TTY, "PAM_TTY");
  return terminal ? *terminal : std::string();
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

void PamSession::tell(std::string_view text, Tone tone) {
  if (messages_ == Messages::kSilent || text.empty()) return;
  const std::string line(text);
  const int style = tone == Tone::kRefusal ? PAM_ERROR_MSG : PAM_TEXT_INFO;
  static_cast<void>(::pam_prompt(handle_, style, nullptr, "%s", line.c_str()));
}

bool PamSession::has_password() const {
  const void* password = nullptr;
  return ::pam_get_item(handle_, PAM_AUTHTOK, &password) == PAM_SUCCESS && password != nullptr;
}

Result<SecretBytes> PamSession::password() {
  const char* password = nullptr;
  const int outcome = ::pam_get_authtok(handle_, PAM_AUTHTOK, &password, nullptr);
  if (outcome != PAM_SUCCESS) return pam_error_of(handle_, "password", outcome);
  return SecretBytes(std::string_view(password == nullptr ? "" : password));
}

Result<void> PamSession::set_password(std::string_view password) {
  SecretBytes terminated(password.size() + 1);
  std::memcpy(terminated.bytes().data(), password.data(), password.size());
  const int outcome = ::pam_set_item(handle_, PAM_AUTHTOK, terminated.bytes().data());  // libpam copies it
  if (outcome != PAM_SUCCESS) return pam_error_of(handle_, "password", outcome);
  return done();
}

Result<void> PamSession::keep_code(SecretBytes code) {
  auto kept = std::make_unique<SecretBytes>(std::move(code));
  const int outcome = ::pam_set_data(handle_, kKeptCode, kept.get(), delete_kept_code);
  if (outcome != PAM_SUCCESS) return pam_error_of(handle_, "code", outcome);
  static_cast<void>(kept.release());  // libpam has it now
  return done();
}

std::optional<SecretBytes> PamSession::take_code() {
  const void* kept = nullptr;
  if (::pam_get_data(handle_, kKeptCode, &kept) != PAM_SUCCESS || kept == nullptr) return std::nullopt;
  SecretBytes code(static_cast<const SecretBytes*>(kept)->bytes());
  static_cast<void>(::pam_set_data(handle_, kKeptCode, nullptr, nullptr));  // deletes what was kept
  return code;
}

void PamSession::request_delay() { static_cast<void>(::pam_fail_delay(handle_, kRefusalDelayMicroseconds)); }

void PamSession::log(int priority, const std::string& text) const {
  ::pam_syslog(handle_, priority, "%s", text.c_str());
}

}  // namespace twinlock
