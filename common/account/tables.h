// The record's tables, each of fixed size: find a row, or make room for a new one.
#pragma once

#include <algorithm>

#include "account/record.h"

namespace twinlock {

/// The row to write a new entry into: a free one, else the one that `older` puts first.
template <typename Table, typename Older>
[[nodiscard]] auto& row_for_new_entry(Table& table, Older older) {
  const auto free_row = std::ranges::find_if(table, [](const auto& row) { return !row.used(); });
  return free_row != table.end() ? *free_row : *std::ranges::min_element(table, older);
}

/// For `older`: a time of the future cannot be (the clock was set back), so its entry counts as the oldest.
[[nodiscard]] constexpr UnixTime age_rank(UnixTime at, UnixTime now) { return at > now ? UnixTime{} : at; }

/// nullptr: no row of this client.
template <typename Table>
[[nodiscard]] auto* row_of(Table& table, const ClientKey& client) {
  const auto row =
      std::ranges::find_if(table, [&](const auto& entry) { return entry.used() && entry.client == client; });
  return row == table.end() ? nullptr : &*row;
}

/// How long an address counts as known after its last login.
inline constexpr Seconds kKnownFor = days(90);

/// nullptr: no login from there within 90 days.
[[nodiscard]] const KnownAddress* find_known(const Record& record, const ClientKey& client, UnixTime now);
[[nodiscard]] KnownAddress* find_known(Record& record, const ClientKey& client, UnixTime now);

/// Notes a login; an address that was not known starts with a full budget.
void remember_login(Record& record, const ClientKey& client, UnixTime now);

/// In a full table the oldest refusal goes, so that guessing does not hide that a recovery or bypass code was used.
void add_event(Record& record, const Event& event);

void add_accepted_code(Record& record, const CodeMark& mark, UnixTime now);
[[nodiscard]] bool was_accepted(const Record& record, const CodeMark& mark);

/// A token that its user has confirmed with a code, whatever became of it since.
[[nodiscard]] bool has_confirmed_token(const Record& record);

/// nullptr: no token with this id.
[[nodiscard]] const Token* find_token(const Record& record, std::uint32_t id);
[[nodiscard]] Token* find_token(Record& record, std::uint32_t id);

}  // namespace twinlock
