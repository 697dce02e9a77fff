#include "cli/qr_display.h"

#include "base/secret_text.h"
#include "qr/png.h"
#include "qr/svg.h"
#include "qr/terminal.h"

namespace twinlock {
namespace {

constexpr std::string_view kWhiteOnBlack = "\033[97;40m";
constexpr std::string_view kUsualColours = "\033[0m";

/// Each line in fixed colours, so that a light terminal cannot invert the code.
SecretBytes coloured(const SecretBytes& drawing) {
  SecretText text;
  std::string_view rest = drawing.text();
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    text.append(kWhiteOnBlack);
    text.append(line);
    text.append(kUsualColours);
    text.append("\n");
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return std::move(text).take();
}

}  // namespace

SecretBytes draw_qr(const QrCode& code, QrForm form, QrSurface surface) {
  if (form == QrForm::kNone) return {};
  SecretBytes drawing = form == QrForm::kAscii ? draw_ascii(code, Theme::kDark) : draw_half_blocks(code, Theme::kDark);
  return surface == QrSurface::kTerminal ? coloured(drawing) : std::move(drawing);
}

QrFiles::~QrFiles() {
  for (const RevocableFile& file : files_) file.revoke();
}

Result<void> QrFiles::make_png(const std::string& path, const QrCode& code) {
  if (path.empty()) return done();
  const auto png = draw_png(code);
  return png ? make(path, *png) : png.error();
}

Result<void> QrFiles::make_svg(const std::string& path, const QrCode& code) {
  return path.empty() ? done() : make(path, draw_svg(code));
}

Result<void> QrFiles::wait_for(int input) const {
  if (!held_ || held_->wait(input) == HeldSignals::Event::kInput) return done();
  return Error{Error::Code::kConversation, "enrolment", "interrupted; nothing is kept", ""};
}

Result<void> QrFiles::make(const std::string& path, const SecretBytes& content) {
  if (!held_) held_.emplace();
  auto made = RevocableFile::make(path, content.text(), 0600);
  if (!made) return made.error();
  files_.push_back(std::move(*made));
  return done();
}

}  // namespace twinlock
