#include "otp/otpauth_uri.h"

#include "base/secret_text.h"
#include "otp/base32.h"

namespace twinlock {
namespace {

/// RFC 3986 §2.3. Spelt out, because isalnum() depends on the host program's locale.
bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

/// A blank becomes %20: apps show a '+' as it is.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return encoded;
}

std::string_view algorithm_part(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kSha1: return "";
    case HashAlgorithm::kSha256: return "&algorithm=SHA256";
    case HashAlgorithm::kSha512: return "&algorithm=SHA512";
  }
  return "";
}

void append_movement(SecretText& uri, const TotpPeriod& period) {
  if (period.seconds == TotpPeriod{}.seconds) return;
  uri.append("&period=");
  uri.append_number(period.seconds);
}

void append_movement(SecretText& uri, const HotpCounter& counter) {
  uri.append("&counter=");
  uri.append_number(counter.next);
}

void append_parameters(SecretText& uri, const OtpauthToken& token) {
  uri.append(algorithm_part(token.algorithm));
  if (token.digits != Digits::kSix) {
    uri.append("&digits=");
    uri.append_number(count_of(token.digits));
  }
  std::visit([&](const auto& movement) { append_movement(uri, movement); }, token.moves_by);
}

Result<void> check(const OtpauthToken& token) {
  const auto wrong = [](std::string_view why, std::string_view mend) {
    return Error{Error::Code::kUsage, "otpauth URI", std::string(why), std::string(mend)};
  };
  if (token.account.empty()) return wrong("the account name is empty", "");
  if (token.key.empty()) return wrong("the secret is empty", "");
  if (token.issuer.find(':') != std::string_view::npos) {
    return wrong("the issuer holds a colon", "choose an issuer without one; phone apps cut the name there");
  }
  return done();
}

}  // namespace

Result<SecretBytes> build_otpauth_uri(const OtpauthToken& token) {
  if (const auto checked = check(token); !checked) return checked.error();
  const auto secret = encode_base32(token.key);
  if (!secret) return secret.error();

  const std::string issuer = percent_encoded(token.issuer);
  SecretText uri;
  uri.append(std::holds_alternative<TotpPeriod>(token.moves_by) ? "otpauth://totp/" : "otpauth://hotp/");
  if (!issuer.empty()) uri.append(issuer + ":");
  uri.append(percent_encoded(token.account));
  uri.append("?secret=");
  uri.append(secret->text());
  if (!issuer.empty()) uri.append("&issuer=" + issuer);
  append_parameters(uri, token);
  return std::move(uri).take();
}

}  // namespace twinlock
