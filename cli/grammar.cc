#include "cli/grammar.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>

#include "config/config_reader.h"

namespace twinlock {

struct Grammar::Parts {
  CLI::App app{"The second factor of this file server: codes from the phones of its users.", "twinlock"};
  DeskOptions options{kDefaultConfigPath};
  bool json = false;
  CommandAction chosen;
};

namespace {

void be_a_command(CLI::App& app) {
  app.fallthrough();  // --config and --json may stand behind the command too
  app.allow_extras(false);
}

/// nullptr: no such command directly below `app`.
CLI::App* find_command(const CLI::App& app, const std::string& word) {
  const auto named = [&](const CLI::App* command) { return command->check_name(word); };
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  const auto found = std::ranges::find_if(commands, named);
  return found == commands.end() ? nullptr : const_cast<CLI::App*>(*found);
}

/// Whether this word is an option that takes the next word as its value, here or in any command below.
bool takes_next_word(const CLI::App& app, const std::string& word) {
  if (word.find('=') != std::string::npos) return false;
  if (const CLI::Option* option = app.get_option_no_throw(word)) return option->get_expected_min() > 0;
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  return std::ranges::any_of(commands, [&](const CLI::App* command) { return takes_next_word(*command, word); });
}

/// How many words at the beginning are options (with their values).
std::size_t leading_options(const CLI::App& app, const std::vector<std::string>& words) {
  std::size_t at = 0;
  while (at < words.size() && words[at].size() > 1 && words[at][0] == '-' && words[at] != "--") {
    at += takes_next_word(app, words[at]) ? 2U : 1U;
  }
  return std::min(at, words.size());
}

/// CLI11 itself would only say that a command is missing.
Result<void> see_that_command_exists(const CLI::App& app, const std::vector<std::string>& words) {
  const std::size_t first = leading_options(app, words);
  if (first >= words.size() || words[first] == "--" || find_command(app, words[first]) != nullptr) return done();
  return Error{Error::Code::kUsage, "command line", "there is no command `" + printable(words[first]) + "`",
               "see twinlock --help"};
}

/// For CLI11 "--label= alice" is "--label alice": writes an empty value as a word of its own.
void part_empty_values(const CLI::App& app, std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string option = words[i].substr(0, words[i].find('='));
    if (option.size() + 1 != words[i].size() || !takes_next_word(app, option)) continue;
    words[i] = option;
    words.insert(words.begin() + static_cast<std::ptrdiff_t>(++i), "");
  }
}

/// CLI11 wants a command's options behind its words; moves those that stand in front there.
void move_commands_first(const CLI::App& app, std::vector<std::string>& words) {
  const auto options = leading_options(app, words);
  std::size_t end = options;
  const CLI::App* group = &app;
  while (end < words.size() && group != nullptr) {
    group = find_command(*group, words[end]);
    if (group != nullptr) ++end;
  }
  const auto at = [&](std::size_t index) { return words.begin() + static_cast<std::ptrdiff_t>(index); };
  std::rotate(at(0), at(options), at(end));
}

/// CLI11 would read 030 as octal.
std::string objection_to_number(const std::string& text) {
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return digits && (text.size() == 1 || text[0] != '0') ? "" : text + " is not a plain decimal number";
}

/// A script's empty variable must not mean "all of them".
std::string objection_to_nothing(const std::string& text) { return text.empty() ? "must not be empty" : ""; }

Error usage_error(const CLI::ParseError& flaw) {
  std::string why = flaw.what();
  std::ranges::replace(why, '\n', ' ');
  return {Error::Code::kUsage, "command line", why, "see twinlock --help"};
}

}  // namespace

Syntax& Syntax::user(std::string& target) {
  app_->add_option("USER", target, "the account's name")->required()->type_name("");
  return *this;
}

Syntax& Syntax::optional_user(std::string& target) {
  app_->add_option("user", target, "the account's name")->type_name("USER")->check(objection_to_nothing, "");
  return *this;
}

Syntax& Syntax::id(std::uint32_t& target) {
  app_->add_option("id", target, "the token's number, from 1")
      ->required()
      ->type_name("ID")
      ->check(objection_to_number, "")
      ->check(CLI::PositiveNumber);
  return *this;
}

Syntax& Syntax::positional(const std::string& name, std::string& target, const std::string& help) {
  app_->add_option(name, target, help)->required()->type_name("TEXT");
  return *this;
}

Syntax& Syntax::optional_word(const std::string& name, std::string& target, const std::vector<std::string>& words,
                              const std::string& help) {
  app_->add_option(name, target, help)->check(CLI::IsMember(words));
  return *this;
}

Syntax& Syntax::required_text(const std::string& option, std::string& target, const std::string& help) {
  app_->add_option(option, target, help)->required()->type_name("TEXT");
  return *this;
}

Syntax& Syntax::text(const std::string& option, std::string& target, const std::string& help) {
  app_->add_option(option, target, help)->type_name("TEXT")->check(objection_to_nothing, "");
  return *this;
}

Syntax& Syntax::any_text(const std::string& option, std::string& target, const std::string& help) {
  app_->add_option(option, target, help)->type_name("TEXT");
  return *this;
}

Syntax& Syntax::choice(const std::string& option, std::string& target, const std::vector<std::string>& words,
                       const std::string& help) {
  app_->add_option(option, target, help)->check(CLI::IsMember(words));
  return *this;
}

Syntax& Syntax::number(const std::string& option, std::uint32_t& target, NumberRange range, const std::string& help) {
  app_->add_option(option, target, help)
      ->type_name("NUMBER")
      ->check(objection_to_number, "")
      ->check(CLI::Range(range.least, range.most));
  return *this;
}

Syntax& Syntax::flag(const std::string& option, bool& target, const std::string& help) {
  app_->add_flag(option, target, help);
  return *this;
}

Grammar::Grammar() : parts_(std::make_unique<Parts>()) {
  CLI::App& app = parts_->app;
  app.require_subcommand(1);
  app.set_version_flag("--version", "twinlock " TWINLOCK_VERSION);
  app.add_option("--config", parts_->options.config_path,
                 "configuration file (" + std::string(kDefaultConfigPath) + ")")
      ->type_name("PATH");
  app.add_flag("--json", parts_->json, "answer in JSON");
  app.footer("The manual is twinlock(8).");
}

Grammar::~Grammar() = default;

Syntax Grammar::command(const std::string& words, const std::string& help, CommandAction action) {
  CLI::App* parent = &parts_->app;
  std::string word = words;
  if (const auto blank = words.find(' '); blank != std::string::npos) {
    const std::string group = words.substr(0, blank);
    word = words.substr(blank + 1);
    CLI::App* existing = find_command(*parent, group);
    parent = existing != nullptr ? existing : parent->add_subcommand(group, "see twinlock " + group + " --help");
    be_a_command(*parent);
    parent->require_subcommand(1);
  }
  CLI::App* app = parent->add_subcommand(word, help);
  be_a_command(*app);
  app->callback([parts = parts_.get(), action = std::move(action)] { parts->chosen = action; });
  return Syntax(*app);
}

void Grammar::alias(const std::string& word, const std::string& other) {
  parts_->app.get_subcommand(word)->alias(other);
}

Result<Grammar::Outcome> Grammar::parse(std::vector<std::string> arguments) {
  CLI::App& app = parts_->app;
  part_empty_values(app, arguments);
  if (const auto exists = see_that_command_exists(app, arguments); !exists) return exists.error();
  move_commands_first(app, arguments);
  std::ranges::reverse(arguments);  // CLI11 takes them from the back
  try {
    app.parse(arguments);
  } catch (const CLI::Success& wanted) {  // CLI11 has no other way of answering than exceptions
    std::ostringstream text;
    app.exit(wanted, text, text);
    return Outcome{std::nullopt, text.str()};
  } catch (const CLI::ParseError& flaw) {
    return usage_error(flaw);
  }
  parts_->options.format = parts_->json ? Format::kJson : Format::kText;
  return Outcome{Choice{parts_->options, parts_->chosen}, ""};
}

}  // namespace twinlock
