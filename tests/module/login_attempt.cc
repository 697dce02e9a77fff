#include "login_attempt.h"

#include <security/pam_appl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace pam_driver {
namespace {

/// The bytes of a text or of {"hex": "…"}.
std::string bytes_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  const auto hex = value.at("hex").get<std::string>();
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

/// What libpam calls us back with.
struct Stage {
  const Attempt& attempt;
  Json prompts = Json::array();
  Json messages = Json::array();
  Json delays = Json::array();
};

/// On the heap, as the module expects it; nullptr for null.
char* response_to(const Json& answer) {
  if (answer.is_null()) return nullptr;
  const std::string bytes = bytes_of(answer);
  auto* const copy = static_cast<char*>(std::calloc(bytes.size() + 1, 1));
  if (copy != nullptr) std::memcpy(copy, bytes.data(), bytes.size());
  return copy;
}

int answer(Stage& stage, pam_response& response) {
  if (stage.prompts.size() == 1 && stage.attempt.at_first_prompt) stage.attempt.at_first_prompt();
  Answers& answers = stage.attempt.answers;
  if (answers.next == answers.all.size()) return PAM_CONV_ERR;
  const Json& next = answers.all.at(answers.next++);
  if (next.is_object() && next.contains("error")) return next.at("error").get<int>();
  response.resp = response_to(next);
  return PAM_SUCCESS;
}

int show_or_ask(Stage& stage, const pam_message& message, pam_response& response) {
  const bool asks = message.msg_style == PAM_PROMPT_ECHO_OFF || message.msg_style == PAM_PROMPT_ECHO_ON;
  (asks ? stage.prompts : stage.messages).push_back(message.msg);
  return asks ? answer(stage, response) : PAM_SUCCESS;
}

void drop(pam_response* responses, int count) {
  for (int i = 0; i < count; ++i) std::free(responses[i].resp);
  std::free(responses);
}

int converse(int count, const pam_message** messages, pam_response** responses, void* data) {
  auto* const mine = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  if (mine == nullptr) return PAM_BUF_ERR;
  for (int i = 0; i < count; ++i) {
    const int outcome = show_or_ask(*static_cast<Stage*>(data), *messages[i], mine[i]);
    if (outcome == PAM_SUCCESS) continue;
    drop(mine, count);
    return outcome;
  }
  *responses = mine;
  return PAM_SUCCESS;
}

/// In place of the sleep that libpam would do.
void note_delay(int, unsigned microseconds, void* data) { static_cast<Stage*>(data)->delays.push_back(microseconds); }

int call(pam_handle_t* handle, const std::string& phase, int flags) {
  if (phase == "authenticate") return ::pam_authenticate(handle, flags);
  if (phase == "setcred") return ::pam_setcred(handle, flags | static_cast<int>(PAM_ESTABLISH_CRED));
  if (phase == "account") return ::pam_acct_mgmt(handle, flags);
  if (phase == "open_session") return ::pam_open_session(handle, flags);
  if (phase == "close_session") return ::pam_close_session(handle, flags);
  throw std::invalid_argument("no such step: " + phase);
}

Json environment_of(pam_handle_t* handle) {
  Json environment = Json::array();
  char** const list = ::pam_getenvlist(handle);
  for (char** entry = list; entry != nullptr && *entry != nullptr; ++entry) {
    environment.push_back(*entry);
    std::free(*entry);
  }
  std::free(list);
  return environment;
}

/// Leaves a mark in a trace of system calls.
void mark(const std::string& step) { static_cast<void>(::access(("/step/" + step).c_str(), F_OK)); }

/// Runs the steps to the end, whatever they return: an application may be as careless as that.
Json run_steps(pam_handle_t* handle, const Json& scenario) {
  const int flags = scenario.value("silent", false) ? static_cast<int>(PAM_SILENT) : 0;
  Json outcomes = Json::array();
  for (const Json& step : scenario.at("steps")) {
    if (step.is_object()) {
      ::pam_putenv(handle, bytes_of(step.at("put")).c_str());
    } else {
      mark(step);
      outcomes.push_back({step, call(handle, step.get<std::string>(), flags)});
    }
  }
  mark("end");
  return outcomes;
}

Json report(const Stage& stage, const Json& outcomes, const Json& environment) {
  return {{"steps", outcomes},
          {"prompts", stage.prompts},
          {"messages", stage.messages},
          {"environment", environment},
          {"delays", stage.delays}};
}

}  // namespace

Json run(const Attempt& attempt) {
  const Json& scenario = attempt.scenario;
  Stage stage{attempt};
  const pam_conv conversation{&converse, &stage};
  const auto service = scenario.at("service").get<std::string>();
  const auto directory = scenario.at("confdir").get<std::string>();
  const bool names_user = !scenario.at("user").is_null();
  const std::string user = names_user ? bytes_of(scenario.at("user")) : "";

  pam_handle_t* handle = nullptr;
  const int started = ::pam_start_confdir(service.c_str(), names_user ? user.c_str() : nullptr, &conversation,
                                          directory.c_str(), &handle);
  if (started != PAM_SUCCESS) return report(stage, Json::array({Json::array({"start", started})}), Json::array());
  ::pam_set_item(handle, PAM_FAIL_DELAY, reinterpret_cast<const void*>(&note_delay));
  const Json rhost = scenario.at("rhost");
  if (!rhost.is_null()) ::pam_set_item(handle, PAM_RHOST, bytes_of(rhost).c_str());
  const Json outcomes = run_steps(handle, scenario);
  const Json environment = environment_of(handle);
  ::pam_end(handle, PAM_SUCCESS);
  return report(stage, outcomes, environment);
}

}  // namespace pam_driver
