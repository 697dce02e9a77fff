// The command's way to the person or script in front of it. No stdio buffer ever holds what passes here.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace twinlock {

enum class Echo { kOn, kOff };
enum class Answer { kYes, kNo };

/// Borrows three descriptors, usually 0, 1 and 2.
class Terminal {
 public:
  struct Descriptors {
    int input;
    int output;
    int messages;
  };
  static constexpr std::size_t kLongestLine = 1024;

  explicit Terminal(Descriptors descriptors) : fds_(descriptors) {}

  /// Can a person be asked? Elsewhere lines come from a pipe or file, and no prompt is written.
  [[nodiscard]] bool input_is_terminal() const;
  [[nodiscard]] bool output_is_terminal() const;
  /// Columns of the output; 80 where it is no terminal or does not say.
  [[nodiscard]] std::size_t width() const;

  /// Writes all of `text` to the output at once. kConversation if it cannot be written, such as to a closed pipe
  /// (where SIGPIPE is ignored). Flush the C++ streams before, if they were used.
  [[nodiscard]] Result<void> print(std::string_view text) const;

  /// Writes to the messages, such as a prompt.
  [[nodiscard]] Result<void> tell(std::string_view text) const;
  [[nodiscard]] int input() const { return fds_.input; }
  [[nodiscard]] int messages() const { return fds_.messages; }

  /// One line of the input without its line end ("\n" or "\r\n"); the last line may lack it. Any other byte is
  /// handed on, NUL too. Not a byte behind the line is read, so the next reader finds the next line.
  /// On a terminal `prompt` goes to the messages, and with Echo::kOff nothing typed is shown; a signal that ends or
  /// stops the program (Ctrl-C, Ctrl-Z, a closed window) takes its usual effect after the terminal is as it was.
  /// kConversation if the input has ended or fails, kUsage if the line is longer than kLongestLine.
  [[nodiscard]] Result<SecretBytes> read_line(std::string_view prompt, Echo echo) const;

  /// Asks "question [y/N] "; "y" and "yes" in either case are yes, all else is no. Errors as read_line().
  [[nodiscard]] Result<Answer> ask(std::string_view question) const;

 private:
  Descriptors fds_;
};

/// One line on the messages that tells how far a long task is. Shown only on a terminal; erased when destroyed.
class ProgressLine {
 public:
  explicit ProgressLine(int messages);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { show(""); }

  /// Replaces what stands there by `text` (plain ASCII), cut to the width of the terminal.
  void show(std::string_view text);

 private:
  int messages_;
  bool visible_;
  std::size_t width_;
  std::size_t shown_ = 0;
};

}  // namespace twinlock
