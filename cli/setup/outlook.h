// Who will get in after a setup, and who will not: what whoever agrees to it must know.
#pragma once

#include <string>
#include <vector>

#include "login/workplace.h"

namespace twinlock {

struct Outlook {
  std::vector<std::string> enrolled;  ///< Users who have a confirmed token.
  std::size_t invited = 0;            ///< Users who can enrol at their next login.
  std::vector<Rule> lenient;          ///< The rules of this service that exempt or observe somebody today.

  /// Everybody would be refused.
  [[nodiscard]] bool is_hopeless() const { return enrolled.empty() && invited == 0 && lenient.empty(); }
};

[[nodiscard]] Result<Outlook> look_ahead(Workplace& workplace, const ServiceName& service, const CivilDate& today);

/// In words, whom `name` ("SSH") lets in and whom not.
[[nodiscard]] std::string words_of(const Outlook& outlook, const std::string& name);

}  // namespace twinlock
