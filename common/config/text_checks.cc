#include "config/text_checks.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace twinlock {
namespace {

Error objection(std::string why, std::string mend) {
  return {Error::Code::kConfig, "", std::move(why), std::move(mend)};
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

Result<void> check_length(const std::string& text, std::size_t least, std::size_t most) {
  if (std::ranges::any_of(text, is_control)) return objection("holds a control character", "remove it");
  if (text.size() < least) return objection("is empty", "write at least one character");
  if (text.size() > most) return objection("is longer than " + std::to_string(most) + " bytes", "shorten it");
  return done();
}

}  // namespace

Result<void> check_absolute_path(const std::string& text) {
  if (!text.starts_with('/')) return objection("is not an absolute path", "begin it with /");
  if (std::ranges::any_of(text, is_control)) return objection("holds a control character", "remove it");
  return done();
}

Result<void> check_optional_path(const std::string& text) { return text.empty() ? done() : check_absolute_path(text); }

Result<void> check_store_url(const std::string& text) {
  if (!text.starts_with("file:/") && !text.starts_with("postgresql:")) {
    return objection("is not the address of a store", "write \"file:/var/lib/twinlock/users\" or \"postgresql://...\"");
  }
  if (std::ranges::any_of(text, is_control)) return objection("holds a control character", "remove it");
  return done();
}

Result<void> check_issuer(const std::string& text) {
  if (text.find(':') != std::string::npos) return objection("holds a ':'", "phone apps cannot show it; remove it");
  return check_length(text, 1, 64);
}

Result<void> check_phone(const std::string& text) { return check_length(text, 0, 64); }

Result<void> check_rule_name(const std::string& text) { return check_length(text, 1, 64); }

Result<void> check_group(const std::string& text) { return check_length(text, 1, 255); }

Result<void> check_event(const std::string& text) {
  using namespace std::literals;
  constexpr std::array kEvents = {"enrolled"sv, "bypass"sv, "recovery"sv, "budget_empty"sv, "disabled"sv};
  if (std::ranges::find(kEvents, text) != kEvents.end()) return done();
  return objection("is not an event", "known are enrolled, bypass, recovery, budget_empty, disabled");
}

Result<void> check_separator(const std::string& text) {
  const bool good = text.size() == 1 && text[0] > 0x20 && text[0] < 0x7F && !is_alphanumeric(text[0]);
  if (good) return done();
  return objection("is not one character such as + or #", "letters, digits, blanks and umlauts cannot separate");
}

}  // namespace twinlock
