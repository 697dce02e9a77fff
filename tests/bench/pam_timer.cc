// pam_timer [--with-libcrypto]: for each line "confdir<TAB>user<TAB>answer" on stdin, one login in a process of its
// own: pam_start, pam_authenticate with that answer to every prompt, pam_end. Prints "<nanoseconds> <PAM return
// value>".
//
// --with-libcrypto: those processes have OpenSSL at work already, as sshd's have.
#include <openssl/evp.h>
#include <security/pam_appl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

struct Login {
  std::string confdir;
  std::string user;
  std::string answer;
};

struct Outcome {
  std::int64_t nanoseconds;
  int code;
};

int converse(int count, const pam_message** messages, pam_response** responses, void* data) {
  auto* const mine = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (mine == nullptr) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i) {
    const bool asks = messages[i]->msg_style == PAM_PROMPT_ECHO_OFF || messages[i]->msg_style == PAM_PROMPT_ECHO_ON;
    if (asks) mine[i].resp = ::strdup(static_cast<const std::string*>(data)->c_str());
  }
  *responses = mine;
  return PAM_SUCCESS;
}

Outcome log_in(Login login) {
  const pam_conv conversation{&converse, &login.answer};
  const auto start = std::chrono::steady_clock::now();
  pam_handle_t* handle = nullptr;
  int code = ::pam_start_confdir("bench", login.user.c_str(), &conversation, login.confdir.c_str(), &handle);
  if (code == PAM_SUCCESS) code = ::pam_set_item(handle, PAM_RHOST, "192.0.2.7");
  if (code == PAM_SUCCESS) code = ::pam_authenticate(handle, 0);
  ::pam_end(handle, code);
  return {std::chrono::nanoseconds(std::chrono::steady_clock::now() - start).count(), code};
}

Outcome log_in_elsewhere(const Login& login) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("pipe");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork");
  Outcome outcome{};
  if (child == 0) {
    outcome = log_in(login);
    const bool told = ::write(ends[1], &outcome, sizeof(outcome)) == sizeof(outcome);
    ::_exit(told ? 0 : 1);
  }
  ::close(ends[1]);
  if (::read(ends[0], &outcome, sizeof(outcome)) != sizeof(outcome)) throw std::runtime_error("a login died");
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  return outcome;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--with-libcrypto") {
    EVP_MD_free(EVP_MD_fetch(nullptr, "SHA256", nullptr));
    EVP_CIPHER_free(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  }
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    Login login;
    std::getline(words, login.confdir, '\t');
    std::getline(words, login.user, '\t');
    std::getline(words, login.answer, '\t');
    const Outcome outcome = log_in_elsewhere(login);
    std::cout << outcome.nanoseconds << ' ' << outcome.code << std::endl;
  }
}
