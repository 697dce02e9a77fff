// The one way in which twinlock reports that something of its own went wrong.
//
// Three kinds of bad news are never mixed: a wrong code is a Verdict (account/verdict.h), a broken
// file is an Error, a bug or an exhausted memory is an exception, caught once in each binary's entry.
#pragma once

#include <string>
#include <string_view>

namespace twinlock {

struct Error {
  enum class Code {
    kUsage,         ///< The caller asked for something that makes no sense.
    kConfig,        ///< The configuration is missing, wrong or not to be trusted.
    kNotFound,      ///< No such user, token or record.
    kExists,        ///< It is there already and is not replaced.
    kRefused,       ///< The answer is no: a table is full, a first code did not fit.
    kStore,         ///< A record or key is damaged, or reading or writing it failed.
    kCrypto,        ///< OpenSSL or liboath refused to work.
    kConversation,  ///< The other side of the prompt went away or cannot be asked.
    kPermission,    ///< The operating system does not let us.
  };

  Code code;
  std::string what;  ///< The thing concerned, such as "/etc/twinlock/twinlock.conf:12".
  std::string why;   ///< What is wrong with it.
  std::string mend;  ///< What the administrator can do about it; may be empty.

  /// "what: why; mend" on one line. Never holds a secret or a code.
  [[nodiscard]] std::string text() const;
};

/// An Error of kPermission for EACCES, EPERM and EROFS, else of `code`; `what` could not be `verb` ("opened").
[[nodiscard]] Error system_error(Error::Code code, std::string_view what, std::string_view verb, int error_number);

/// The system's words for an errno value, in English whatever the host program's locale is.
[[nodiscard]] std::string errno_text(int error_number);

}  // namespace twinlock
