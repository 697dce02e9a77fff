#include "account/tables.h"

#include <utility>

namespace twinlock {

const KnownAddress* find_known(const Record& record, const ClientKey& client, UnixTime now) {
  const KnownAddress* row = row_of(record.known, client);
  return row != nullptr && now - row->last_login <= kKnownFor ? row : nullptr;
}

KnownAddress* find_known(Record& record, const ClientKey& client, UnixTime now) {
  return const_cast<KnownAddress*>(find_known(std::as_const(record), client, now));
}

void remember_login(Record& record, const ClientKey& client, UnixTime now) {
  if (KnownAddress* row = find_known(record, client, now)) {
    row->last_login = now;
    return;
  }
  KnownAddress* expired = row_of(record.known, client);
  const auto older = [&](const KnownAddress& a, const KnownAddress& b) {
    return age_rank(a.last_login, now) < age_rank(b.last_login, now);
  };
  KnownAddress& row = expired != nullptr ? *expired : row_for_new_entry(record.known, older);
  row = {client, now, {}};
}

void add_event(Record& record, const Event& event) {
  const auto rank = [&](const Event& e) {
    return std::pair(e.kind != Event::Kind::kRefused, age_rank(e.at, event.at));
  };
  row_for_new_entry(record.events, [&](const Event& a, const Event& b) { return rank(a) < rank(b); }) = event;
}

void add_accepted_code(Record& record, const CodeMark& mark, UnixTime now) {
  const auto older = [&](const AcceptedCode& a, const AcceptedCode& b) {
    return age_rank(a.at, now) < age_rank(b.at, now);
  };
  row_for_new_entry(record.accepted, older) = {mark, now};
}

bool was_accepted(const Record& record, const CodeMark& mark) {
  return std::ranges::any_of(record.accepted,
                             [&](const AcceptedCode& code) { return code.used() && code.mark == mark; });
}

bool has_confirmed_token(const Record& record) {
  return std::ranges::any_of(record.tokens, [](const Token& token) {
    return token.state == Token::State::kActive || token.state == Token::State::kDisabled;
  });
}

const Token* find_token(const Record& record, std::uint32_t id) {
  const auto token = std::ranges::find_if(record.tokens, [&](const Token& t) { return t.used() && t.id == id; });
  return token == record.tokens.end() ? nullptr : &*token;
}

Token* find_token(Record& record, std::uint32_t id) {
  return const_cast<Token*>(find_token(std::as_const(record), id));
}

}  // namespace twinlock
