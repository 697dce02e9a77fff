#include "cli/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <optional>

#include "pseudo_terminal.h"

namespace twinlock {
namespace {

/// An input that holds `content` and has then ended.
class Piped {
 public:
  explicit Piped(std::string_view content) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    reader_ = UniqueFd(ends[0]);
    const UniqueFd writer(ends[1]);
    if (::write(writer.get(), content.data(), content.size()) < 0) throw std::runtime_error("write");
  }
  [[nodiscard]] Terminal terminal() const { return Terminal({.input = reader_.get(), .output = -1, .messages = -1}); }
  [[nodiscard]] std::string line() const {
    const auto line = terminal().read_line("never shown", Echo::kOff);
    return line ? std::string(line->text()) : "error: " + line.error().text();
  }

 private:
  UniqueFd reader_;
};

Terminal at(const test::PseudoTerminal& screen) { return Terminal({screen.fd(), screen.fd(), screen.fd()}); }

TEST(ReadLine, TakesOneLineAfterTheOther) {
  const Piped input("first\nsecond\r\n\nlast");
  EXPECT_EQ(input.line(), "first");
  EXPECT_EQ(input.line(), "second");
  EXPECT_EQ(input.line(), "");
  EXPECT_EQ(input.line(), "last") << "the last line may lack its end";
  EXPECT_EQ(input.terminal().read_line("", Echo::kOff).error().code, Error::Code::kConversation);
}

TEST(ReadLine, HandsOnAnyByte) {
  using namespace std::string_literals;
  EXPECT_EQ(Piped("a\0b\rc\xFF \n"s).line(), "a\0b\rc\xFF "s);
}

TEST(ReadLine, TakesUpTo1024Bytes) {
  const std::string longest(1024, 'x');
  EXPECT_EQ(Piped(longest + "\n").line(), longest);
  EXPECT_EQ(Piped(longest + "\r\n").line(), longest);
  EXPECT_EQ(Piped(longest).line(), longest);
}

TEST(ReadLine, RefusesALongerLineWithoutRepeatingIt) {
  for (const auto& text : {std::string(1025, 'x') + "\n", std::string(1025, 'x'), std::string(10'000, 'x') + "\n"}) {
    const auto line = Piped(text).terminal().read_line("", Echo::kOff);
    ASSERT_FALSE(line) << text.size();
    EXPECT_EQ(line.error().code, Error::Code::kUsage);
    EXPECT_EQ(line.error().text().find("xx"), std::string::npos);
  }
}

TEST(ReadLine, ReportsAnInputThatCannotBeRead) {
  const auto line = Terminal({.input = -1, .output = -1, .messages = -1}).read_line("", Echo::kOn);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code, Error::Code::kConversation);
}

// The child's exit status tells whether it read what was typed.
TEST(HiddenLine, DoesNotShowWhatIsTyped) {
  test::PseudoTerminal screen;
  const pid_t child = screen.start([&] {
    const auto line = at(screen).read_line("Code: ", Echo::kOff);
    return line && line->text() == "492039" && at(screen).print("thanks") ? 0 : 1;
  });
  screen.see("Code: ");
  EXPECT_FALSE(screen.echoes());
  screen.type("492039\n");
  EXPECT_EQ(screen.see("thanks"), "Code: \r\nthanks");
  EXPECT_EQ(test::wait_for(child), 0);
  EXPECT_TRUE(screen.echoes());
}

TEST(ShownLine, ShowsWhatIsTyped) {
  test::PseudoTerminal screen;
  const pid_t child = screen.start([&] {
    const auto line = at(screen).read_line("Label: ", Echo::kOn);
    return line && line->text() == "phone" ? 0 : 1;
  });
  screen.see("Label: ");
  screen.type("phone\n");
  screen.see("Label: phone\r\n");
  EXPECT_EQ(test::wait_for(child), 0);
}

class HiddenLineSignal : public testing::TestWithParam<int> {};

TEST_P(HiddenLineSignal, PutsTheTerminalBackAndThenEndsTheProgram) {
  test::PseudoTerminal screen;
  const pid_t child = screen.start([&] { return at(screen).read_line("Code: ", Echo::kOff) ? 0 : 1; });
  screen.see("Code: ");
  ASSERT_FALSE(screen.echoes());
  ::kill(child, GetParam());
  const int status = test::wait_for(child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), GetParam());
  EXPECT_TRUE(screen.echoes());
}

INSTANTIATE_TEST_SUITE_P(OfEachKind, HiddenLineSignal, testing::Values(SIGINT, SIGQUIT, SIGTERM, SIGHUP));

TEST(HiddenLine, EndsByCtrlCAndLeavesNothingForTheShell) {
  test::PseudoTerminal screen;
  const pid_t child = screen.start([&] { return at(screen).read_line("Code: ", Echo::kOff) ? 0 : 1; });
  screen.see("Code: ");
  screen.type("4920\x03");
  const int status = test::wait_for(child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGINT);
  EXPECT_TRUE(screen.echoes());
  screen.type("next\n");
  std::array<char, 64> line{};
  ASSERT_GT(::read(screen.fd(), line.data(), line.size()), 0);
  EXPECT_STREQ(line.data(), "next\n");
}

// Half a line and Ctrl-D hand out what there is; Ctrl-C must still work then.
TEST(HiddenLine, EndsByCtrlCInTheMiddleOfALine) {
  test::PseudoTerminal screen;
  const pid_t child = screen.start([&] { return at(screen).read_line("Code: ", Echo::kOff) ? 0 : 1; });
  screen.see("Code: ");
  screen.type("4920\x04");
  screen.type("\x03");  // often between the program's poll() and read()
  const int status = test::wait_for(child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(screen.echoes());
}

/// A shell in miniature: runs `body` as its foreground job and continues that once it was stopped.
int run_job(const test::PseudoTerminal& screen, const std::function<int()>& body) {
  const pid_t job = ::fork();
  if (job == 0) {
    ::setpgid(0, 0);
    std::signal(SIGTTOU, SIG_IGN);
    ::tcsetpgrp(screen.fd(), ::getpgrp());
    std::signal(SIGTTOU, SIG_DFL);
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(job, &status, WUNTRACED);
  if (!WIFSTOPPED(status)) return 1;
  if (!at(screen).print(screen.echoes() ? "[stopped, echo]" : "[stopped, no echo]")) return 1;
  ::kill(job, SIGCONT);
  return test::wait_for(job) == 0 ? 0 : 1;
}

TEST(HiddenLine, PutsTheTerminalBackAtCtrlZAndThenAsksAgain) {
  test::PseudoTerminal screen;
  const pid_t shell = screen.start([&] {
    return run_job(screen, [&] {
      const auto line = at(screen).read_line("Code: ", Echo::kOff);
      return line && line->text() == "492039" ? 0 : 1;
    });
  });
  screen.see("Code: ");
  screen.type("111\x1A");
  screen.see("[stopped, echo]Code: ");
  EXPECT_FALSE(screen.echoes());
  screen.type("492039\n");
  EXPECT_EQ(test::wait_for(shell), 0);
  EXPECT_TRUE(screen.echoes());
}

TEST(HiddenLine, IsAnErrorWhenTheInputEnds) {
  test::PseudoTerminal screen;
  const pid_t child = screen.start([&] {
    const auto line = at(screen).read_line("Code: ", Echo::kOff);
    return !line && line.error().code == Error::Code::kConversation ? 0 : 1;
  });
  screen.see("Code: ");
  screen.type("\x04");
  EXPECT_EQ(test::wait_for(child), 0);
  EXPECT_TRUE(screen.echoes());
}

TEST(HiddenLine, LeavesNothingOfALineThatIsTooLongForTheShell) {
  test::PseudoTerminal screen;
  const pid_t child = screen.start([&] {
    const auto line = at(screen).read_line("Code: ", Echo::kOff);
    int left = -1;
    ::ioctl(screen.fd(), FIONREAD, &left);
    return !line && left == 0 ? 0 : 1;
  });
  screen.see("Code: ");
  screen.type(std::string(2000, 'x') + "\n");
  EXPECT_EQ(test::wait_for(child), 0);
}

std::optional<Answer> answer_to(std::string_view input) {
  const auto answer = Piped(input).terminal().ask("Remove alice?");
  return answer ? std::optional(*answer) : std::nullopt;
}

TEST(Ask, TakesOnlyYForYes) {
  for (const auto* text : {"y\n", "Y\n", "yes\n", "YES\r\n"}) EXPECT_EQ(answer_to(text), Answer::kYes) << text;
  for (const auto* text : {"\n", "n\n", "no\n", "yess\n", "ja\n", " y\n"}) {
    EXPECT_EQ(answer_to(text), Answer::kNo) << text;
  }
  EXPECT_EQ(answer_to(""), std::nullopt);
}

TEST(Terminal, KnowsWhetherAPersonIsThere) {
  test::PseudoTerminal screen;
  EXPECT_TRUE(at(screen).input_is_terminal());
  EXPECT_TRUE(at(screen).output_is_terminal());
  EXPECT_FALSE(Piped("").terminal().input_is_terminal());
  EXPECT_FALSE(Piped("").terminal().output_is_terminal());
}

TEST(Terminal, TellsItsWidthOrEighty) {
  test::PseudoTerminal screen;
  screen.resize(132);
  EXPECT_EQ(at(screen).width(), 132U);
  screen.resize(0);
  EXPECT_EQ(at(screen).width(), 80U);
  EXPECT_EQ(Piped("").terminal().width(), 80U);
}

TEST(Terminal, ReportsAnOutputThatCannotBeWritten) {
  const auto printed = Piped("").terminal().print("text");
  ASSERT_FALSE(printed);
  EXPECT_EQ(printed.error().code, Error::Code::kConversation);
}

TEST(ProgressLine, ReplacesAndErasesItself) {
  test::PseudoTerminal screen;
  screen.resize(10);
  {
    ProgressLine progress(screen.fd());
    progress.show("record 123 of 900");
    progress.show("done");
  }
  EXPECT_EQ(screen.see("    \r"), "\rrecord 12\rdone     \r    \r");
}

TEST(ProgressLine, IsNotWrittenIntoFiles) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  {
    const UniqueFd writer(ends[1]);
    ProgressLine(writer.get()).show("half way");
  }
  char byte = 0;
  EXPECT_EQ(::read(reader.get(), &byte, 1), 0);
}

}  // namespace
}  // namespace twinlock
