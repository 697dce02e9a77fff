#include "pam/pam_codes.h"

#include <security/pam_modules.h>

namespace twinlock {
namespace {

int success_or(Verdict verdict, int refusal) { return lets_in(verdict) ? PAM_SUCCESS : refusal; }

}  // namespace

int authentication_code(Verdict verdict) { return success_or(verdict, PAM_AUTH_ERR); }

int account_code(Verdict verdict, std::string_view service) {
  return success_or(verdict, service == "samba" ? PAM_AUTH_ERR : PAM_PERM_DENIED);
}

}  // namespace twinlock
