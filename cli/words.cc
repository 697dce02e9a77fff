#include "cli/words.h"

namespace twinlock {

std::string_view name_of(Token::Type type) {
  switch (type) {
    case Token::Type::kTotp: return "totp";
    case Token::Type::kHotp: return "hotp";
  }
  return "";
}

std::string_view name_of(Token::State state) {
  switch (state) {
    case Token::State::kFree: return "free";
    case Token::State::kPending: return "pending";
    case Token::State::kActive: return "active";
    case Token::State::kDisabled: return "disabled";
  }
  return "";
}

std::string_view name_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kSha1: return "sha1";
    case HashAlgorithm::kSha256: return "sha256";
    case HashAlgorithm::kSha512: return "sha512";
  }
  return "";
}

std::string description_of(const Token& token) {
  std::string text(name_of(token.type));
  text += ", " + std::to_string(count_of(token.digits)) + " digits";
  if (token.type == Token::Type::kTotp) text += ", " + std::to_string(token.period) + " s";
  return text + ", " + std::string(name_of(token.algorithm));
}

}  // namespace twinlock
