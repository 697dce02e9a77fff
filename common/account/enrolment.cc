#include "account/enrolment.h"

#include <algorithm>

#include "account/tables.h"
#include "account/token_search.h"

namespace twinlock {
namespace {

constexpr std::uint16_t kMinPeriod = 15;
constexpr std::uint16_t kMaxPeriod = 300;

Error unusable(std::string what, std::string why) { return {Error::Code::kUsage, std::move(what), std::move(why), ""}; }

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

SecretRecord new_record(std::span<const std::uint8_t, 32> code_key, std::optional<std::uint32_t> uid, UnixTime now) {
  SecretRecord record;
  std::ranges::copy(code_key, record->code_key.begin());
  record->uid_bound = uid.has_value();
  record->uid = uid.value_or(0);
  record->created = now;
  return record;
}

Result<SecretBox<Token>> new_token(const TokenParameters& parameters, std::span<const std::uint8_t> secret,
                                   std::string_view label, UnixTime now) {
  SecretBox<Token> token;
  if (secret.size() < kMinSecretBytes || secret.size() > kMaxSecretBytes) {
    return unusable("secret", "is not 16 to 64 bytes long (26 to 103 base32 characters)");
  }
  if (const auto labelled = set_label(*token, label); !labelled) return labelled.error();
  if (parameters.period < kMinPeriod || parameters.period > kMaxPeriod) {
    return unusable("period", "is not between 15 and 300 seconds");
  }
  token->state = Token::State::kPending;
  token->type = parameters.type;
  token->algorithm = parameters.algorithm;
  token->digits = parameters.digits;
  token->period = parameters.period;
  token->secret_length = static_cast<std::uint8_t>(secret.size());
  std::ranges::copy(secret, token->secret.begin());
  token->created = now;
  return token;
}

Result<void> set_label(Token& token, std::string_view label) {
  if (label.size() > token.label.bytes.size()) return unusable("label", "is longer than 48 bytes");
  if (std::ranges::any_of(label, is_control)) return unusable("label", "holds a control character");
  token.label = {};
  std::ranges::copy(label, token.label.bytes.begin());
  return done();
}

Result<bool> confirm_token(Token& token, std::string_view code, UnixTime now, std::uint8_t window) {
  SecretRecord alone;
  alone->tokens[0] = token;
  alone->tokens[0].state = Token::State::kActive;
  const auto search = search_tokens(*alone, code, now, window);
  if (!search) return search.error();
  if (!search->fresh) return false;
  use_up(token, search->fresh->factor, now);
  token.last_used = {};  // confirming is no login
  token.state = Token::State::kActive;
  return true;
}

Result<std::uint32_t> add_token(Record& record, const Token& token) {
  const auto free_row = std::ranges::find_if(record.tokens, [](const Token& row) { return !row.used(); });
  if (free_row == record.tokens.end()) {
    return Error{Error::Code::kRefused, "tokens", "the user has 8 already", "remove one first (twinlock token remove)"};
  }
  *free_row = token;
  free_row->id = record.next_token_id++;
  return free_row->id;
}

std::string_view state_of(const Record& record) {
  if (record.is_shut()) return "disabled";
  return !has_confirmed_token(record) && record.invitation.present ? "invited" : "active";
}

}  // namespace twinlock
