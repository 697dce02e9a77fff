// The QR code of a new token: on the terminal and as files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "cli/held_signals.h"
#include "cli/new_file.h"
#include "qr/qr_code.h"

namespace twinlock {

enum class QrForm { kHalfBlocks, kAscii, kNone };

/// Where it is shown: a terminal takes colours, which make it black on white whatever its own are; a file or pipe
/// gets the characters alone, for a dark screen.
enum class QrSurface { kTerminal, kPlain };

[[nodiscard]] SecretBytes draw_qr(const QrCode& code, QrForm form, QrSurface surface);

/// Image files of a QR code, made with O_EXCL and 0600 and removed again unless kept: an enrolment that is not
/// confirmed leaves no secret behind. From the first file on, Ctrl-C and its like wait until they are gone or kept.
class QrFiles {
 public:
  QrFiles() = default;
  QrFiles(const QrFiles&) = delete;
  QrFiles& operator=(const QrFiles&) = delete;
  ~QrFiles();

  /// kExists if the file is there. An empty path makes nothing.
  [[nodiscard]] Result<void> make_png(const std::string& path, const QrCode& code);
  [[nodiscard]] Result<void> make_svg(const std::string& path, const QrCode& code);
  void keep() { files_.clear(); }

  /// Waits for `input` before it is read. kConversation where a signal asks the program to end: the caller gives up.
  [[nodiscard]] Result<void> wait_for(int input) const;

 private:
  [[nodiscard]] Result<void> make(const std::string& path, const SecretBytes& content);

  std::optional<HeldSignals> held_;  ///< Goes after the files have gone.
  std::vector<RevocableFile> files_;
};

}  // namespace twinlock
