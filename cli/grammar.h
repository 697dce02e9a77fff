// The command line's grammar, in our own few words. CLI11 stands behind it in one translation unit (grammar.cc),
// because it costs each one that includes it many seconds.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/desk.h"
#include "cli/exit_status.h"

namespace CLI {
class App;
}

namespace twinlock {

/// What a command does once its arguments are read.
using CommandAction = std::function<Result<ExitStatus>(Desk&)>;

struct NumberRange {
  std::uint32_t least;
  std::uint32_t most;
};

/// The arguments of one command. Targets must live until the command has run; they keep their value when not given.
class Syntax {
 public:
  explicit Syntax(CLI::App& app) : app_(&app) {}

  Syntax& user(std::string& target);           ///< The USER positional.
  Syntax& optional_user(std::string& target);  ///< The same, which may be left out.
  Syntax& id(std::uint32_t& target);           ///< The ID positional of a token.
  Syntax& positional(const std::string& name, std::string& target, const std::string& help);
  /// One of these words, which may be left out.
  Syntax& optional_word(const std::string& name, std::string& target, const std::vector<std::string>& words,
                        const std::string& help);
  Syntax& required_text(const std::string& option, std::string& target, const std::string& help);
  Syntax& text(const std::string& option, std::string& target, const std::string& help);      ///< Not empty.
  Syntax& any_text(const std::string& option, std::string& target, const std::string& help);  ///< Also empty.
  Syntax& choice(const std::string& option, std::string& target, const std::vector<std::string>& words,
                 const std::string& help);
  Syntax& number(const std::string& option, std::uint32_t& target, NumberRange range, const std::string& help);
  Syntax& flag(const std::string& option, bool& target, const std::string& help);

 private:
  CLI::App* app_;
};

class Grammar {
 public:
  Grammar();
  ~Grammar();
  Grammar(const Grammar&) = delete;
  Grammar& operator=(const Grammar&) = delete;

  /// A command of one word, or of two ("config check").
  Syntax command(const std::string& words, const std::string& help, CommandAction action);
  /// Another name for a command of one word.
  void alias(const std::string& word, const std::string& other);

  struct Choice {
    DeskOptions options;
    CommandAction action;
  };
  struct Outcome {
    std::optional<Choice> choice;  ///< nullopt: only `text` is to be printed (help, version).
    std::string text;
  };
  /// Reads a whole command line; every flaw is kUsage. Options may stand anywhere, `--` ends them.
  [[nodiscard]] Result<Outcome> parse(std::vector<std::string> arguments);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace twinlock
