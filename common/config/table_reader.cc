#include "config/table_reader.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "config/duration.h"
#include "config/nearest.h"

namespace twinlock {
namespace {

std::string range_text(const std::string& least, const std::string& most) { return least + " to " + most; }

/// Without trailing zeros, whatever the locale of the host program: 0.5, 10000.
std::string number_text(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed).ptr;
  return {text.data(), end};
}

constexpr const char* kMendType = "write it that way, or remove it for the default";

/// TOML writes 3 and 3.0; where a fraction is allowed both are.
std::optional<double> number_in(const TomlValue& value) {
  if (const auto* number = std::get_if<double>(&value.content)) return *number;
  if (const auto* whole = std::get_if<std::int64_t>(&value.content)) return static_cast<double>(*whole);
  return std::nullopt;
}

}  // namespace

void Flaws::add(int line, std::string why, std::string mend) {
  if (first_ && line_ <= line) return;
  line_ = line;
  first_ = Error{Error::Code::kConfig, path_ + ":" + std::to_string(line), std::move(why), std::move(mend)};
}

void TableReader::read(std::string_view key, bool& value) {
  if (const auto* found = content<bool>(key, "true or false, without quotes")) value = *found;
}

template <typename T>
void TableReader::read_whole(std::string_view key, T& value, Range<T> range) {
  const auto* found = content<std::int64_t>(key, "a whole number");
  if (found == nullptr) return;
  if (*found < std::int64_t{range.least} || *found > std::int64_t{range.most}) {
    return object(key, "is out of range",
                  "allowed is " + range_text(std::to_string(range.least), std::to_string(range.most)));
  }
  value = static_cast<T>(*found);
}

void TableReader::read(std::string_view key, std::uint8_t& value, Range<std::uint8_t> range) {
  read_whole(key, value, range);
}

void TableReader::read(std::string_view key, std::uint32_t& value, Range<std::uint32_t> range) {
  read_whole(key, value, range);
}

void TableReader::read(std::string_view key, double& value, Range<double> range) {
  const auto* entry = ask(key);
  if (entry == nullptr) return;
  const auto number = number_in(entry->value);
  if (!number) return object(key, "must be a number", "write it without quotes");
  const bool fits = *number >= range.least && *number <= range.most;  // false for nan, which TOML can write
  if (!fits) {
    return object(key, "is out of range",
                  "allowed is " + range_text(number_text(range.least), number_text(range.most)));
  }
  value = *number;
}

void TableReader::read(std::string_view key, Seconds& value, Range<Seconds> range) {
  read_text(key, [&](const std::string& text) -> Result<void> {
    const auto span = parse_duration(text);
    if (!span) return span.error();
    if (*span < range.least || *span > range.most) {
      return Error{Error::Code::kConfig, "", "is out of range",
                   "allowed is " + range_text(duration_text(range.least), duration_text(range.most))};
    }
    value = *span;
    return done();
  });
}

void TableReader::read(std::string_view key, std::optional<CivilDate>& value) {
  if (const auto* date = content<CivilDate>(key, "a date like 2027-01-31, without quotes")) value = *date;
}

void TableReader::read_text(std::string_view key, const TextTaker& take) {
  const auto* text = content<std::string>(key, "a text in quotes");
  if (text == nullptr) return;
  if (const auto taken = take(*text); !taken) object(key, taken.error().why, taken.error().mend);
}

void TableReader::read_list(std::string_view key, const std::function<void()>& clear, const TextTaker& take) {
  const std::string wanted = "a list of texts, like [\"a\", \"b\"]";
  const auto* list = content<TomlArray>(key, wanted);
  if (list == nullptr) return;
  clear();
  for (const TomlValue& item : *list) {
    const auto* text = std::get_if<std::string>(&item.content);
    if (text == nullptr) {
      flaws_.add(item.line, full_name(key) + " must be " + wanted, kMendType);
    } else if (const auto taken = take(*text); !taken) {
      flaws_.add(item.line, full_name(key) + ": \"" + quotable(*text) + "\" " + taken.error().why,
                 taken.error().mend.empty() ? "correct or remove it" : taken.error().mend);
    }
  }
}

void TableReader::read_table(std::string_view key, const std::function<void(TableReader&)>& visit) {
  const auto* table = content<TomlTable>(key, "a table, written as [" + full_name(key) + "]");
  if (table == nullptr) return;
  TableReader reader(*table, full_name(key), flaws_);
  visit(reader);
  reader.finish();
}

void TableReader::read_tables(std::string_view key, const std::function<void(TableReader&, int line)>& visit) {
  const std::string wanted = "written as [[" + full_name(key) + "]]";
  const auto* list = content<TomlArray>(key, wanted);
  if (list == nullptr) return;
  for (const TomlValue& item : *list) {
    const auto* table = std::get_if<TomlTable>(&item.content);
    if (table == nullptr) {
      flaws_.add(item.line, full_name(key) + " must be " + wanted, kMendType);
      continue;
    }
    TableReader reader(*table, full_name(key), flaws_);
    visit(reader, item.line);
    reader.finish();
  }
}

void TableReader::read_named_tables(std::string_view key,
                                    const std::function<void(TableReader&, const std::string& x, int line)>& visit) {
  read_table(key, [&](TableReader& outer) {
    for (const TomlEntry& entry : outer.table_.entries) {
      outer.read_table(entry.key, [&](TableReader& inner) { visit(inner, entry.key, entry.line); });
    }
  });
}

void TableReader::finish() {
  for (const TomlEntry& entry : table_.entries) {
    if (std::ranges::find(known_, entry.key) != known_.end()) continue;
    const auto meant = nearest(entry.key, known_);
    object(entry.key, "is not a known key",
           meant ? "did you mean \"" + *meant + "\"?" : "remove it; twinlock.conf(5) lists all keys");
  }
}

bool TableReader::has(std::string_view key) const { return find(key) != nullptr; }

void TableReader::object(std::string_view key, const std::string& why, const std::string& mend, int line) {
  const auto* entry = find(key);
  flaws_.add(entry == nullptr ? line : entry->line, full_name(key) + " " + why, mend);
}

const TomlEntry* TableReader::find(std::string_view key) const {
  const auto entry = std::ranges::find(table_.entries, key, &TomlEntry::key);
  return entry == table_.entries.end() ? nullptr : &*entry;
}

const TomlEntry* TableReader::ask(std::string_view key) {
  known_.emplace_back(key);
  return find(key);
}

template <typename T>
const T* TableReader::content(std::string_view key, const std::string& wanted) {
  const auto* entry = ask(key);
  if (entry == nullptr) return nullptr;
  const auto* found = std::get_if<T>(&entry->value.content);
  if (found == nullptr) object(key, "must be " + wanted, kMendType);
  return found;
}

std::string TableReader::full_name(std::string_view key) const {
  return quotable(name_.empty() ? std::string(key) : name_ + "." + std::string(key));
}

}  // namespace twinlock
