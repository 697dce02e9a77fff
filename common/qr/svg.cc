#include "qr/svg.h"

#include "base/secret_text.h"
#include "qr/image_layout.h"

namespace twinlock {
namespace {

void append_side(SecretText& text, int length) { text.append_number(static_cast<std::uint64_t>(length)); }

/// One rectangle, one module high: "M4 4h7v1h-7z".
void append_run(SecretText& path, ModulePosition start, int length) {
  path.append("M");
  append_side(path, start.column + kQuietZone);
  path.append(" ");
  append_side(path, start.row + kQuietZone);
  path.append("h");
  append_side(path, length);
  path.append("v1h-");
  append_side(path, length);
  path.append("z");
}

/// Neighbouring dark modules become one rectangle: fewer bytes, and no hairlines between them in print.
void append_row(SecretText& path, const QrCode& code, int row) {
  int column = 0;
  while (column < code.size()) {
    const int start = column;
    while (code.is_dark({column, row})) ++column;
    if (column > start) append_run(path, {start, row}, column - start);
    ++column;
  }
}

void append_attribute(SecretText& text, std::string_view name, int value) {
  text.append(" ");
  text.append(name);
  text.append("=\"");
  append_side(text, value);
  text.append("\"");
}

}  // namespace

SecretBytes draw_svg(const QrCode& code) {
  const int side = code.size() + 2 * kQuietZone;
  SecretText text;
  text.append("<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" shape-rendering=\"crispEdges\"");
  append_attribute(text, "width", side * kScale);
  append_attribute(text, "height", side * kScale);
  text.append(" viewBox=\"0 0 ");
  append_side(text, side);
  text.append(" ");
  append_side(text, side);
  text.append("\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<path fill=\"#000\" d=\"");
  for (int row = 0; row < code.size(); ++row) append_row(text, code, row);
  text.append("\"/>\n</svg>\n");
  return std::move(text).take();
}

}  // namespace twinlock
