#include "text/explanations.h"

#include "text/language.h"

namespace twinlock {
namespace {

Message message_for(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAccepted: return {"The code was right.", "Der Code war richtig."};
    case Verdict::kLeased:
      return {"No code was needed: an earlier one still counts.", "Es war kein Code nötig: Ein früherer gilt noch."};
    case Verdict::kExempt: return {"A rule asks no code there.", "Eine Regel verlangt dort keinen Code."};
    case Verdict::kObserved:
      return {"A rule only observes, and no phone is enrolled.",
              "Eine Regel beobachtet nur, und kein Telefon ist eingerichtet."};
    case Verdict::kWrongCode:
      return {"The code was wrong. If it looked right: is the phone's clock set automatically?",
              "Der Code war falsch. Wenn er richtig aussah: Stellt sich die Uhr des Telefons selbst?"};
    case Verdict::kReplayed:
      return {"The code had been used already. The next one is shown within a minute.",
              "Der Code war schon benutzt. Der nächste erscheint binnen einer Minute."};
    case Verdict::kThrottled:
      return {"After too many wrong codes none was looked at. Waiting helps, or: twinlock unlock",
              "Nach zu vielen falschen Codes wurde keiner geprüft. Es hilft Warten oder: twinlock unlock"};
    case Verdict::kLocked:
      return {"The token is locked after too many wrong codes. It needs: twinlock unlock",
              "Nach zu vielen falschen Codes gesperrt. Es braucht: twinlock unlock"};
    case Verdict::kDisabled:
      return {"The account is disabled here, or a rule denies it.",
              "Das Konto ist hier gesperrt, oder eine Regel weist es ab."};
    case Verdict::kNotEnrolled:
      return {"No phone is enrolled for the account. It needs: twinlock enrol",
              "Für das Konto ist kein Telefon eingerichtet. Es braucht: twinlock enrol"};
    case Verdict::kExpired:
      return {"The telephone code was right but too late. It needs a new one.",
              "Der Telefoncode war richtig, aber abgelaufen. Es braucht einen neuen."};
    case Verdict::kUnavailable:
      return {"The server could not check codes; its system log says why.",
              "Der Server konnte keine Codes prüfen; warum, steht in seinem Systemprotokoll."};
  }
  return {"", ""};
}

}  // namespace

std::string_view explanation(Language language, Verdict verdict) { return in(language, message_for(verdict)); }

std::string_view explanation_of_missing_code(Language language) {
  return in(
      language,
      {"The login gave no code, such as one with a key alone, or over SMB with the bare name.",
       "Bei der Anmeldung wurde kein Code eingegeben, etwa nur mit einem Schlüssel oder über SMB nur mit dem Namen."});
}

}  // namespace twinlock
