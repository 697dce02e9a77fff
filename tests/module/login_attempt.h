// One pass through libpam, pam_start … pam_end, with a scripted human and a scripted application.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

namespace pam_driver {

using Json = nlohmann::ordered_json;

/// What the human types at each prompt, in this order: a text, {"hex": "…"} for raw bytes, null for a NULL response,
/// or {"error": CODE} where the conversation fails with that PAM code. Where none is left it fails with PAM_CONV_ERR.
struct Answers {
  const Json& all;  ///< Nothing is taken away: what became free would hide a leak.
  std::size_t next = 0;
};

/// Called at the first prompt, before it is answered.
using FirstPrompt = std::function<void()>;

/// What a scenario (support/pam.py) says about one attempt.
struct Attempt {
  const Json& scenario;
  Answers& answers;
  FirstPrompt at_first_prompt;
};

/// {"steps": [[name, PAM code]…], "prompts": […], "messages": […], "environment": […], "delays": […]}
[[nodiscard]] Json run(const Attempt& attempt);

}  // namespace pam_driver
