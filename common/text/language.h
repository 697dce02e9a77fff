// The two languages of a text, side by side, so that none can lack one.
#pragma once

#include <string_view>

#include "config/config.h"

namespace twinlock {

struct Message {
  std::string_view english;
  std::string_view german;
};

[[nodiscard]] constexpr std::string_view in(Language language, const Message& message) {
  switch (language) {
    case Language::kEnglish: return message.english;
    case Language::kGerman: return message.german;
  }
  return message.english;
}

}  // namespace twinlock
