#include "text/messages.h"

#include <algorithm>

#include "base/clock.h"
#include "text/language.h"

namespace twinlock {
namespace {

/// The text with each "{}" replaced by the next of `values`.
std::string filled(std::string_view text, std::initializer_list<std::string> values) {
  std::string result;
  for (const std::string& value : values) {
    const auto hole = text.find("{}");
    if (hole == std::string_view::npos) break;
    result.append(text.substr(0, hole)).append(value);
    text.remove_prefix(hole + 2);
  }
  return result.append(text);
}

/// "14:05" today, else with its day.
std::string moment(Language language, UnixTime time, UnixTime now) {
  const std::string text = local_text(time);  // "2026-11-23 14:05"
  const std::string clock = text.substr(11);
  if (local_date(time) == local_date(now)) return clock;
  if (language == Language::kEnglish) return text;
  return text.substr(8, 2) + "." + text.substr(5, 2) + "." + text.substr(0, 4) + " " + clock;
}

/// A time without its seconds would be over before the wait is.
UnixTime next_full_minute(UnixTime time) { return {(time.seconds + 59) / 60 * 60}; }

std::string throttled(Language language, const RefusalFacts& facts) {
  const auto text = in(language, {"Too many wrong codes. No code is accepted from here before {}.",
                                  "Zu viele falsche Codes. Von hier wird vor {} keiner angenommen."});
  return filled(text, {moment(language, next_full_minute(facts.retry_at.value_or(facts.now)), facts.now)});
}

/// In ASCII, German too: OpenSSH's clients before 10.3 print other letters of a refusal as "\303\244".
std::string_view plain_refusal(Language language, Verdict verdict) {
  switch (verdict) {
    case Verdict::kWrongCode: return in(language, {"Wrong code.", "Falscher Code."});
    case Verdict::kReplayed:
      return in(language, {"This code was used already. Wait for the next one.",
                           "Dieser Code wurde schon benutzt. Bitte auf den neuen warten."});
    case Verdict::kLocked:
      return in(language, {"Locked after too many wrong codes.", "Gesperrt nach zu vielen falschen Codes."});
    case Verdict::kDisabled: return in(language, {"This account is disabled here.", "Dieses Konto ist hier gesperrt."});
    case Verdict::kNotEnrolled:
      return in(language,
                {"No phone is enrolled for this account.", "Mit diesem Konto ist noch kein Telefon verbunden."});
    case Verdict::kExpired: return in(language, {"This code has expired.", "Dieser Code ist abgelaufen."});
    case Verdict::kUnavailable:
      return in(language, {"Codes cannot be checked at the moment.", "Codes lassen sich gerade nicht kontrollieren."});
    case Verdict::kThrottled:  // said with its time by throttled()
    case Verdict::kAccepted:
    case Verdict::kLeased:
    case Verdict::kExempt:
    case Verdict::kObserved: return "";
  }
  return "";
}

/// Refusals that waiting or the next code cannot mend.
bool needs_the_helpdesk(Verdict verdict) {
  return verdict == Verdict::kLocked || verdict == Verdict::kDisabled || verdict == Verdict::kNotEnrolled ||
         verdict == Verdict::kUnavailable;
}

/// The events of one kind that are still told.
struct Tally {
  int count = 0;
  Event last;
};

Tally tally(const Record& record, Event::Kind kind, UnixTime now) {
  Tally tally;
  for (const Event& event : record.events) {
    if (event.kind != kind || event.at > now || now - event.at > kNoticeFor) continue;
    ++tally.count;
    if (tally.count == 1 || event.at > tally.last.at) tally.last = event;
  }
  return tally;
}

std::string notice(Language language, const Message& message, const Tally& tally, UnixTime now) {
  if (tally.count == 0) return "";
  return filled(in(language, message),
                {std::to_string(tally.count), moment(language, tally.last.at, now), tally.last.client.text()});
}

}  // namespace

std::string_view code_prompt(Language language) { return in(language, {"Code: ", "Code: "}); }

std::string_view no_code_given(Language language) {
  return in(language, {"Refused: this way of logging in does not ask for the phone's code.",
                       "Abgelehnt: Dieser Anmeldeweg fragt nicht nach dem Code vom Telefon."});
}

std::string refusal(Language language, const RefusalFacts& facts) {
  if (facts.verdict == Verdict::kThrottled) return throttled(language, facts);
  std::string text(plain_refusal(language, facts.verdict));
  if (needs_the_helpdesk(facts.verdict) && !facts.phone.empty()) {
    text += filled(in(language, {" Helpdesk: {}", " Helpdesk: {}"}), {std::string(facts.phone)});
  }
  return text;
}

std::string notices(Language language, const Record& record, UnixTime now) {
  const Message refused{"Refused codes in the last 14 days: {}, the last at {} from {}.",
                        "Abgelehnte Codes der letzten 14 Tage: {}, zuletzt {} von {}."};
  const Message recovery{"Recovery codes used in the last 14 days: {}, the last at {} from {}.",
                         "Benutzte Notfallcodes der letzten 14 Tage: {}, zuletzt {} von {}."};
  const Message bypass{"Telephone codes used in the last 14 days: {}, the last at {} from {}.",
                       "Benutzte Telefoncodes der letzten 14 Tage: {}, zuletzt {} von {}."};
  const Message copy_lost{
      "Damage mended in the last 14 days: {}, the last at {}. Recovery codes from before are void.",
      "Behobene Schäden der letzten 14 Tage: {}, zuletzt {}. Notfallcodes von davor gelten nicht mehr."};
  const Message restored{
      "Restored from a backup in the last 14 days: {}, the last at {}. Recovery codes from before are void.",
      "Wiederherstellungen der letzten 14 Tage: {}, zuletzt {}. Notfallcodes von davor gelten nicht mehr."};
  std::string text;
  const auto add = [&](const Message& message, Event::Kind kind) {
    const std::string line = notice(language, message, tally(record, kind, now), now);
    if (!line.empty()) text += (text.empty() ? "" : "\n") + line;
  };
  add(refused, Event::Kind::kRefused);
  add(recovery, Event::Kind::kRecoveryUsed);
  add(bypass, Event::Kind::kBypassUsed);
  add(copy_lost, Event::Kind::kCopyLost);
  add(restored, Event::Kind::kRestored);
  return text;
}

std::string open_until(Language language, UnixTime until, UnixTime now) {
  const auto text = in(
      language, {"Your files are open at this address until {}.", "Ihre Dateien sind an dieser Adresse bis {} offen."});
  return filled(text, {moment(language, until, now)});
}

std::string_view not_open(Language language) {
  return in(language, {"Nothing was opened: this login earned no access to the files.",
                       "Nichts wurde geöffnet: Diese Anmeldung gibt keinen Zugang zu den Dateien."});
}

}  // namespace twinlock
