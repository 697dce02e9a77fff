#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "cli/quiet_input.h"

namespace twinlock {
namespace {

Error input_error(std::string_view why, std::string_view mend) {
  return {Error::Code::kConversation, "standard input", std::string(why), std::string(mend)};
}

Result<void> write_text(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(Error::Code::kConversation, "output", "written", errno);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return done();
}

std::size_t columns_of(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// The line as far as it has come.
class LineBuffer {
 public:
  enum class State { kOpen, kComplete, kTooLong };

  [[nodiscard]] State state() const { return state_; }

  /// Reads one byte, straight into wiped memory. false at the end of the input.
  Result<bool> read_byte(int fd) {
    const auto place = line_.bytes().subspan(used_, 1);
    ssize_t count = 0;
    do count = ::read(fd, place.data(), 1);
    while (count < 0 && errno == EINTR);
    if (count < 0) return system_error(Error::Code::kConversation, "standard input", "read", errno);
    if (count > 0) take(place[0]);
    return count > 0;
  }

  [[nodiscard]] bool empty() const { return used_ == 0; }

  [[nodiscard]] SecretBytes finish() && {
    if (used_ > 0 && line_.bytes()[used_ - 1] == '\r') --used_;
    line_.shrink(used_);
    return std::move(line_);
  }

 private:
  void take(std::uint8_t byte) {
    if (byte == '\n') {
      state_ = State::kComplete;
    } else if (++used_ == line_.size()) {
      state_ = State::kTooLong;
    }
  }

  SecretBytes line_{Terminal::kLongestLine + 2};  // a '\r' and the byte that is too many
  std::size_t used_ = 0;
  State state_ = State::kOpen;
};

/// The rest of a line that is too long must not reach the shell as a command.
Error too_long(int fd) {
  ::tcflush(fd, TCIFLUSH);
  const std::string limit = std::to_string(Terminal::kLongestLine);
  return {Error::Code::kUsage, "standard input", "the line is longer than " + limit + " bytes", ""};
}

Result<SecretBytes> finished(LineBuffer&& line, int fd) {
  if (line.state() == LineBuffer::State::kTooLong) return too_long(fd);
  const bool ended = line.state() == LineBuffer::State::kOpen;
  if (ended && line.empty()) return input_error("has ended", "give one line for each thing that is asked");
  SecretBytes text = std::move(line).finish();
  if (text.size() > Terminal::kLongestLine) return too_long(fd);
  return text;
}

Result<SecretBytes> read_shown(int fd) {
  LineBuffer line;
  while (line.state() == LineBuffer::State::kOpen) {
    const auto more = line.read_byte(fd);
    if (!more) return more.error();
    if (!*more) break;
  }
  return finished(std::move(line), fd);
}

/// The prompt comes after the echo is off: whoever answers as soon as he sees it is not flushed away.
Result<void> hide_and_prompt(const Result<void>& hidden, int messages, std::string_view prompt) {
  return hidden ? write_text(messages, prompt) : hidden;
}

Result<SecretBytes> read_hidden(const Terminal::Descriptors& fds, std::string_view prompt) {
  QuietInput quiet(fds.input);
  auto asked = hide_and_prompt(quiet.hide(), fds.messages, prompt);
  LineBuffer line;
  while (asked && line.state() == LineBuffer::State::kOpen) {
    if (quiet.wait() == QuietInput::Event::kSignal) {
      line = LineBuffer();
      asked = hide_and_prompt(quiet.yield_to_signal(), fds.messages, prompt);
      continue;
    }
    const auto more = line.read_byte(fds.input);
    if (!more) return more.error();
    if (!*more) break;
  }
  if (!asked) return asked.error();
  return finished(std::move(line), fds.input);
}

bool is_yes(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower == "y" || lower == "yes";
}

}  // namespace

bool Terminal::input_is_terminal() const { return ::isatty(fds_.input) == 1; }

bool Terminal::output_is_terminal() const { return ::isatty(fds_.output) == 1; }

std::size_t Terminal::width() const { return columns_of(fds_.output); }

Result<void> Terminal::print(std::string_view text) const { return write_text(fds_.output, text); }

Result<void> Terminal::tell(std::string_view text) const { return write_text(fds_.messages, text); }

Result<SecretBytes> Terminal::read_line(std::string_view prompt, Echo echo) const {
  if (!input_is_terminal()) return read_shown(fds_.input);
  if (echo == Echo::kOff) return read_hidden(fds_, prompt);
  if (const auto written = tell(prompt); !written) return written.error();
  return read_shown(fds_.input);
}

Result<Answer> Terminal::ask(std::string_view question) const {
  const auto line = read_line(std::string(question) + " [y/N] ", Echo::kOn);
  if (!line) return line.error();
  return is_yes(line->text()) ? Answer::kYes : Answer::kNo;
}

ProgressLine::ProgressLine(int messages)
    : messages_(messages), visible_(::isatty(messages) == 1), width_(columns_of(messages)) {}

void ProgressLine::show(std::string_view text) {
  if (!visible_ || (text.empty() && shown_ == 0)) return;
  const std::string_view cut = text.substr(0, width_ - 1);
  std::string line = "\r" + std::string(cut);
  line.append(shown_ > cut.size() ? shown_ - cut.size() : 0, ' ');
  if (cut.empty()) line += "\r";
  shown_ = cut.size();
  static_cast<void>(write_text(messages_, line));  // progress that nobody can see harms nothing
}

}  // namespace twinlock
