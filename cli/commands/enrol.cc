// twinlock enrol USER: a new token, shown as a QR code, which counts after its first right code.
//
// MUST 1: no lock is held while the human scans and types.
// MUST 2: a token whose first code did not come is kept nowhere.
#include <array>

#include "account/recovery.h"
#include "account/tables.h"
#include "base/clock.h"
#include "base/secret_text.h"
#include "cli/commands/commands.h"
#include "cli/qr_display.h"
#include "cli/recovery_view.h"
#include "crypto/random.h"
#include "otp/base32.h"
#include "otp/otpauth_uri.h"

namespace twinlock {
namespace {

constexpr int kTriesOnTerminal = 3;

struct EnrolOptions {
  std::string user;
  std::string label = "phone";
  std::string digits = "6";
  std::string algorithm = "sha1";
  std::string qr = "utf8";
  std::string png;
  std::string svg;
  std::uint32_t period = 30;
  std::uint32_t recovery_codes = kRecoveryCodes;
  bool hotp = false;
  bool secret_stdin = false;
  bool no_confirm = false;
  bool allow_unknown = false;
};

/// The enrolment as far as it has come.
struct Enrolment {
  Username user;
  std::optional<std::uint32_t> uid;
  SecretBox<Token> token;
  SecretBytes uri;
  SecretBytes secret;  ///< Base32.
  std::uint32_t id = 0;
  std::vector<SecretBytes> recovery_codes;
};

TokenParameters parameters_of(const EnrolOptions& options) {
  TokenParameters parameters;
  parameters.type = options.hotp ? Token::Type::kHotp : Token::Type::kTotp;
  parameters.algorithm = options.algorithm == "sha512"   ? HashAlgorithm::kSha512
                         : options.algorithm == "sha256" ? HashAlgorithm::kSha256
                                                         : HashAlgorithm::kSha1;
  parameters.digits = options.digits == "8" ? Digits::kEight : Digits::kSix;
  parameters.period = static_cast<std::uint16_t>(options.period);
  return parameters;
}

QrForm qr_form_of(const EnrolOptions& options) {
  return options.qr == "none" ? QrForm::kNone : options.qr == "ascii" ? QrForm::kAscii : QrForm::kHalfBlocks;
}

Result<SecretBytes> read_or_draw_secret(const Desk& desk, const EnrolOptions& options) {
  if (options.secret_stdin) {
    const auto line = desk.terminal().read_line("Secret (base32): ", Echo::kOff);
    return line ? decode_base32(line->text()) : line.error();
  }
  SecretBytes secret(kNewSecretBytes);
  if (const auto filled = fill_random(secret.bytes()); !filled) return filled.error();
  return secret;
}

/// Typing errors in names would otherwise become accounts that nobody has.
Result<std::optional<Account>> account_for(const EnrolOptions& options) {
  const auto account = find_account(options.user);
  if (!account || *account || options.allow_unknown) return account;
  return unknown_to_nss(options.user);
}

Result<SecretBytes> uri_of(const Username& user, const Token& token, const Config& config) {
  OtpauthToken otpauth{config.issuer, user.text(), token.key(), token.algorithm, token.digits};
  if (token.type == Token::Type::kHotp) otpauth.moves_by = HotpCounter{token.next};
  if (token.type == Token::Type::kTotp) otpauth.moves_by = TotpPeriod{token.period};
  return build_otpauth_uri(otpauth);
}

Result<Enrolment> begin(const Desk& desk, const EnrolOptions& options, const Config& config) {
  auto user = Username::parse(options.user);
  if (!user) return user.error();
  const auto account = account_for(options);
  if (!account) return account.error();
  if (*account) user = Username::parse((*account)->name);
  if (!user) return user.error();
  const auto key = read_or_draw_secret(desk, options);
  if (!key) return key.error();
  auto token = new_token(parameters_of(options), key->bytes(), options.label, desk.now());
  if (!token) return token.error();
  auto uri = uri_of(*user, **token, config);
  if (!uri) return uri.error();
  auto secret = encode_base32(key->bytes());
  if (!secret) return secret.error();
  const auto uid = *account ? std::optional((*account)->uid) : std::nullopt;
  return Enrolment{*user, uid, std::move(*token), std::move(*uri), std::move(*secret), 0, {}};
}

/// The account was created anew under an old name: decide() would not serve its logins from that record.
bool belongs_to_another_account(const Record& record, const Enrolment& enrolment, const DecisionPolicy& policy) {
  const bool enforced = policy.uid_binding == UidBinding::kEnforced;
  return enforced && record.uid_bound && enrolment.uid && *enrolment.uid != record.uid;
}

/// Before anybody scans in vain. What changes until the token is added is noticed there.
Result<void> see_that_it_fits(Workplace& workplace, const Enrolment& enrolment) {
  const auto loaded = workplace.store->read(enrolment.user);
  if (!loaded) return loaded.error();
  if (!*loaded) return done();
  SecretRecord record = (*loaded)->record;
  if (belongs_to_another_account(*record, enrolment, workplace.policy)) {
    return Error{Error::Code::kRefused, "user " + printable(enrolment.user.text()),
                 "has a record that was made for uid " + std::to_string(record->uid),
                 "remove that record first (twinlock remove), or see bind_uid in twinlock.conf(5)"};
  }
  const auto added = add_token(*record, *enrolment.token);
  if (!added) return added.error();
  return done();
}

/// Shows QR code and key to the person in front, and writes the files that were asked for.
Result<void> present(const Desk& desk, const EnrolOptions& options, const Enrolment& enrolment, QrFiles& files) {
  const auto code = QrCode::encode(enrolment.uri.text());
  if (!code) return code.error();
  if (const auto made = files.make_png(options.png, *code); !made) return made;
  if (const auto made = files.make_svg(options.svg, *code); !made) return made;
  if (desk.wants_json() && !desk.terminal().input_is_terminal()) return done();  // a script has the JSON

  const bool on_screen = !desk.wants_json() && desk.terminal().output_is_terminal();
  const auto surface = on_screen ? QrSurface::kTerminal : QrSurface::kPlain;
  if (const auto shown = desk.show(draw_qr(*code, qr_form_of(options), surface).text()); !shown) return shown;
  if (const auto shown = desk.show("\nKey: "); !shown) return shown;
  if (const auto shown = desk.show(enrolment.secret.text()); !shown) return shown;
  return desk.show("\nScan the code with the phone's app, or type the key there.\n\n");
}

Result<SecretBytes> read_first_code(const Terminal& terminal, const QrFiles& files) {
  if (terminal.input_is_terminal()) {
    if (const auto told = terminal.tell("First code from the app: "); !told) return told.error();
  }
  if (const auto waited = files.wait_for(terminal.input()); !waited) return waited.error();
  return terminal.read_line("", Echo::kOn);
}

Error not_confirmed(const std::string& why, std::string_view mend) {
  return {Error::Code::kRefused, "enrolment", "not confirmed: " + why + "; nothing is kept", std::string(mend)};
}

/// kRefused if no right code came.
Result<void> confirm(Desk& desk, const Config& config, const QrFiles& files, Enrolment& enrolment) {
  const int tries = desk.terminal().input_is_terminal() ? kTriesOnTerminal : 1;
  for (int i = 0; i < tries; ++i) {
    const auto line = read_first_code(desk.terminal(), files);
    if (!line && line.error().code == Error::Code::kConversation) return not_confirmed("no code came", "enrol again");
    if (!line) return line.error();
    desk.advance_to(read_clock());
    const TypedCode code = read_typed_code(line->text());
    const auto right = confirm_token(*enrolment.token, code.canonical.text(), desk.now(), config.window);
    if (!right) return right.error();
    if (*right) return done();
  }
  return not_confirmed("the code does not belong to this key",
                       "compare the clocks of phone and server, then enrol again");
}

/// Adds the token to a record, and recovery codes where it is the first.
Result<void> add_to(Record& record, const EnrolOptions& options, Enrolment& enrolment) {
  const bool first = !has_confirmed_token(record);
  enrolment.token->state = Token::State::kActive;
  const auto id = add_token(record, *enrolment.token);
  if (!id) return id.error();
  enrolment.id = *id;
  enrolment.recovery_codes.clear();
  if (!first) return done();
  auto codes = renew_recovery_codes(record, options.recovery_codes);
  if (!codes) return codes.error();
  enrolment.recovery_codes = std::move(*codes);
  return done();
}

Result<void> create_with_token(Workplace& workplace, const EnrolOptions& options, Enrolment& enrolment, UnixTime now) {
  SecretBytes code_key(32);
  if (const auto filled = fill_random(code_key.bytes()); !filled) return filled.error();
  SecretRecord record = new_record(std::span<const std::uint8_t, 32>(code_key.bytes()), enrolment.uid, now);
  if (const auto added = add_to(*record, options, enrolment); !added) return added;
  return workplace.store->create(enrolment.user, record);
}

Result<void> try_to_keep(Desk& desk, Workplace& workplace, const EnrolOptions& options, Enrolment& enrolment) {
  const auto locked = open_record_if_any(workplace, enrolment.user);
  if (!locked) return locked.error();
  if (*locked == nullptr) return create_with_token(workplace, options, enrolment, desk.now());
  SecretRecord record = (*locked)->loaded().record;
  if (const auto added = add_to(*record, options, enrolment); !added) return added;
  return (*locked)->save(record, Copies::kBoth, Durability::kFlushed);
}

/// kExists comes from another enrolment of the same user at the same time: then the token belongs into that record.
Result<void> keep(Desk& desk, Workplace& workplace, const EnrolOptions& options, Enrolment& enrolment) {
  constexpr int kAttempts = 3;
  auto kept = try_to_keep(desk, workplace, options, enrolment);
  for (int i = 1; i < kAttempts && !kept && kept.error().code == Error::Code::kExists; ++i) {
    kept = try_to_keep(desk, workplace, options, enrolment);
  }
  return kept;
}

Json json_of(const Enrolment& enrolment) {
  return {{"user", enrolment.user.text()},
          {"uri", std::string(enrolment.uri.text())},
          {"secret", std::string(enrolment.secret.text())},
          {"token", enrolment.id},
          {"recovery_codes", recovery_codes_json(enrolment.recovery_codes)}};
}

SecretBytes text_of(const Enrolment& enrolment) {
  SecretText text;
  text.append(printable(enrolment.user.text()) + " is enrolled with token " + std::to_string(enrolment.id) + ".\n");
  if (enrolment.recovery_codes.empty()) return std::move(text).take();
  text.append("\n");
  text.append(recovery_codes_text(enrolment.recovery_codes).text());
  return std::move(text).take();
}

Result<ExitStatus> enrol(Desk& desk, const EnrolOptions& options) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  auto enrolment = begin(desk, options, workplace->config);
  if (!enrolment) return enrolment.error();
  if (const auto fits = see_that_it_fits(*workplace, *enrolment); !fits) return fits.error();
  QrFiles files;
  if (const auto shown = present(desk, options, *enrolment, files); !shown) return shown.error();
  if (!options.no_confirm) {
    if (const auto confirmed = confirm(desk, workplace->config, files, *enrolment); !confirmed)
      return confirmed.error();
  }
  if (const auto kept = keep(desk, *workplace, options, *enrolment); !kept) return kept.error();
  files.keep();
  desk.write_down(workplace->config, {"enrol", enrolment->user, std::nullopt, enrolment->id});
  return desk.answer(json_of(*enrolment), text_of(*enrolment).text());
}

void describe(Syntax syntax, EnrolOptions& options) {
  syntax.user(options.user)
      .any_text("--label", options.label, "a name for the token, up to 48 bytes (phone)")
      .choice("--digits", options.digits, {"6", "8"}, "digits of a code (6)")
      .number("--period", options.period, {15, 300}, "seconds that a code lives (30)")
      .choice("--algorithm", options.algorithm, {"sha1", "sha256", "sha512"}, "hash (sha1)")
      .flag("--hotp", options.hotp, "a token that counts instead of looking at the clock")
      .flag("--secret-stdin", options.secret_stdin, "read the secret (base32) from the first line of the input")
      .choice("--qr", options.qr, {"utf8", "ascii", "none"}, "how to draw the QR code on the terminal (utf8)")
      .text("--png", options.png, "also write the QR code to this new file")
      .text("--svg", options.svg, "also write the QR code to this new file")
      .flag("--no-confirm", options.no_confirm, "the token counts at once, without a first code")
      .flag("--allow-unknown", options.allow_unknown, "also for a name that the system does not know (yet)")
      .number("--recovery-codes", options.recovery_codes, {0, kRecoveryCodes}, "how many, with the first token (10)");
}

}  // namespace

void add_enrol(Grammar& grammar) {
  const auto options = std::make_shared<EnrolOptions>();
  describe(grammar.command("enrol", "give a user a new token", [options](Desk& desk) { return enrol(desk, *options); }),
           *options);
  grammar.alias("enrol", "enroll");
}

}  // namespace twinlock
