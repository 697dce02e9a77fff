#include "text/messages.h"

namespace twinlock {
namespace {

struct Message {
  std::string_view english;
  std::string_view german;
};

std::string_view in(Language language, const Message& message) {
  switch (language) {
    case Language::kEnglish: return message.english;
    case Language::kGerman: return message.german;
  }
  return message.english;
}

}  // namespace

std::string_view code_prompt(Language language) { return in(language, {"Code: ", "Code: "}); }

std::string_view no_code_given(Language language) {
  return in(language, {"Refused: a code from your phone is required, and this way of logging in does not ask for one.",
                       "Abgelehnt: Es ist ein Code vom Telefon nötig, und dieser Anmeldeweg fragt nicht danach."});
}

}  // namespace twinlock
