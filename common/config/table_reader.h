// Takes a TOML table apart, key by key, into typed values. What is wrong is noted in Flaws and never stops the reading,
// so that a caller is a plain list of keys; the flaw nearest to the top of the file is the one that is reported.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/toml_document.h"

namespace twinlock {

/// Remembers the first flaw of a file, in the order of its lines.
class Flaws {
 public:
  explicit Flaws(std::string path) : path_(std::move(path)) {}

  void add(int line, std::string why, std::string mend);
  [[nodiscard]] const std::optional<Error>& first() const noexcept { return first_; }

 private:
  std::string path_;
  int line_ = 0;
  std::optional<Error> first_;
};

template <typename T>
struct Range {
  T least;
  T most;
};

/// Takes in a text, or returns what is wrong with it; `why` and `mend` of the Error are shown behind the key.
using TextTaker = std::function<Result<void>(const std::string& text)>;

class TableReader {
 public:
  /// `name` stands before keys in messages: "throttle" for [throttle], empty for the top.
  TableReader(const TomlTable& table, std::string name, Flaws& flaws)
      : table_(table), name_(std::move(name)), flaws_(flaws) {}

  // Each of these leaves the value alone where the key is absent or flawed.
  void read(std::string_view key, bool& value);
  void read(std::string_view key, std::uint8_t& value, Range<std::uint8_t> range);
  void read(std::string_view key, std::uint32_t& value, Range<std::uint32_t> range);
  void read(std::string_view key, double& value, Range<double> range);
  void read(std::string_view key, Seconds& value, Range<Seconds> range);
  void read(std::string_view key, std::optional<CivilDate>& value);
  void read_text(std::string_view key, const TextTaker& take);
  /// A list of texts. `clear` is called once before the first one is taken.
  void read_list(std::string_view key, const std::function<void()>& clear, const TextTaker& take);
  template <typename Choice>
  void read_choice(std::string_view key, Choice& value, const std::vector<std::pair<std::string, Choice>>& choices);
  // Visited tables are finished afterwards.
  /// Calls `visit` with the table under `key`; not at all where there is none.
  void read_table(std::string_view key, const std::function<void(TableReader&)>& visit);
  /// The same for each table of [[key]], with the line on which it begins.
  void read_tables(std::string_view key, const std::function<void(TableReader&, int line)>& visit);
  /// The same for each table [key.X], with X, which takes part in messages.
  void read_named_tables(std::string_view key,
                         const std::function<void(TableReader&, const std::string& x, int line)>& visit);

  /// Notes every key that nobody has asked for as unknown. To be called last, for the top only.
  void finish();

  [[nodiscard]] bool has(std::string_view key) const;
  /// Notes a flaw of `key`, "throttle.first_delay <why>", at its line, or at `line` where it is absent.
  void object(std::string_view key, const std::string& why, const std::string& mend, int line = 1);

 private:
  [[nodiscard]] const TomlEntry* find(std::string_view key) const;
  /// The entry of a key that the caller knows.
  const TomlEntry* ask(std::string_view key);
  /// The content of `key` if it is a T, else nullptr; objects that it "must be `wanted`" where it is something else.
  template <typename T>
  const T* content(std::string_view key, const std::string& wanted);
  template <typename T>
  void read_whole(std::string_view key, T& value, Range<T> range);
  [[nodiscard]] std::string full_name(std::string_view key) const;

  const TomlTable& table_;
  std::string name_;
  Flaws& flaws_;
  std::vector<std::string> known_;
};

template <typename Choice>
void TableReader::read_choice(std::string_view key, Choice& value,
                              const std::vector<std::pair<std::string, Choice>>& choices) {
  read_text(key, [&](const std::string& text) -> Result<void> {
    std::string names;
    for (const auto& [name, choice] : choices) {
      if (name == text) {
        value = choice;
        return done();
      }
      names += (names.empty() ? "\"" : ", \"") + name + "\"";
    }
    return Error{Error::Code::kConfig, "", "is none of " + names, "write one of these words"};
  });
}

}  // namespace twinlock
