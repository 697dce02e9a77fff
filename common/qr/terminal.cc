#include "qr/terminal.h"

#include "base/secret_text.h"

namespace twinlock {
namespace {

constexpr int kTerminalQuietZone = 2;

/// Is this module drawn with the terminal's foreground? On a dark terminal that is the light colour.
bool is_inked(const QrCode& code, Theme theme, ModulePosition at) {
  return code.is_dark(at) == (theme == Theme::kLight);
}

std::string_view half_block(bool upper, bool lower) {
  if (upper) return lower ? "\u2588" : "\u2580";
  return lower ? "\u2584" : " ";
}

}  // namespace

SecretBytes draw_half_blocks(const QrCode& code, Theme theme) {
  const int end = code.size() + kTerminalQuietZone;
  SecretText text;
  for (int row = -kTerminalQuietZone; row < end; row += 2) {
    for (int column = -kTerminalQuietZone; column < end; ++column) {
      text.append(half_block(is_inked(code, theme, {column, row}), is_inked(code, theme, {column, row + 1})));
    }
    text.append("\n");
  }
  return std::move(text).take();
}

SecretBytes draw_ascii(const QrCode& code, Theme theme) {
  const int end = code.size() + kTerminalQuietZone;
  SecretText text;
  for (int row = -kTerminalQuietZone; row < end; ++row) {
    for (int column = -kTerminalQuietZone; column < end; ++column) {
      text.append(is_inked(code, theme, {column, row}) ? "##" : "  ");
    }
    text.append("\n");
  }
  return std::move(text).take();
}

int half_block_columns(const QrCode& code) { return code.size() + 2 * kTerminalQuietZone; }

}  // namespace twinlock
