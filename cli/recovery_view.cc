#include "cli/recovery_view.h"

#include "base/secret_text.h"

namespace twinlock {

Json recovery_codes_json(const std::vector<SecretBytes>& codes) {
  Json list = Json::array();
  for (const SecretBytes& code : codes) list.push_back(std::string(code.text()));
  return list;
}

SecretBytes recovery_codes_text(const std::vector<SecretBytes>& codes) {
  SecretText text;
  text.append("Recovery codes, each good for one login without the phone. Keep them on paper:\n");
  for (const SecretBytes& code : codes) {
    text.append("  ");
    text.append(code.text());
    text.append("\n");
  }
  return std::move(text).take();
}

}  // namespace twinlock
