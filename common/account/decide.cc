// MUST 1: a code is accepted at most once: what accepts it also uses it up, in the record that is returned, and a code
//         that is known to be used up is refused even where it has come up again by chance.
// MUST 2: a disabled account, and one with a foreign uid or none, are refused before anything of theirs is compared.
// MUST 3: a code that is not looked at (throttled) changes nothing.
#include "account/decide.h"

#include <algorithm>

#include "account/code_hash.h"
#include "account/lease.h"
#include "account/tables.h"
#include "account/throttle.h"
#include "account/token_search.h"

namespace twinlock {
namespace {

constexpr std::uint8_t kMaxBypassMisses = 5;

/// One call of decide(): its inputs, and the decision as it grows.
struct Work {
  const TypedCode& code;
  const LoginContext& context;
  const DecisionPolicy& policy;
  Decision decision;

  Record& record() { return *decision.record; }
};

Decision conclude(Work& work, Verdict verdict) {
  work.decision.verdict = verdict;
  return std::move(work.decision);
}

/// The account was removed and created again under the same name: the old phone is not its new owner's.
bool belongs_to_another_account(const Record& record, const LoginContext& context, const DecisionPolicy& policy) {
  return policy.uid_binding == UidBinding::kEnforced && record.uid_bound && context.uid && *context.uid != record.uid;
}

void note(Work& work, Event::Kind kind, Verdict verdict) {
  add_event(work.record(), {kind, verdict, work.context.now, work.context.client, work.context.service});
  work.decision.must_save = true;
}

/// What every accepted code does to the record, whatever its kind.
Decision accept(Work& work, const CodeMark& mark) {
  Record& record = work.record();
  const LoginContext& context = work.context;
  forgive_success(record, context.client);
  remember_login(record, context.client, context.now);
  add_accepted_code(record, mark, context.now);
  record.last_used = context.now;
  if (!record.uid_bound && context.uid) {
    record.uid_bound = true;
    record.uid = *context.uid;
  }
  work.decision.must_save = true;
  return conclude(work, Verdict::kAccepted);
}

/// For users whose tokens cannot be tried at all.
std::optional<Verdict> refusal_for_lack_of_tokens(const Record& record, std::size_t digits) {
  const auto fits = [&](const Token& token) { return token.used() && count_of(token.digits) == digits; };
  const auto active = [](const Token& token) { return token.state == Token::State::kActive; };
  if (std::ranges::any_of(record.tokens, [&](const Token& t) { return active(t) && fits(t); })) return std::nullopt;
  if (std::ranges::any_of(record.tokens, [&](const Token& t) { return t.locked && fits(t); })) return Verdict::kLocked;
  if (std::ranges::any_of(record.tokens, active)) return Verdict::kWrongCode;
  return Verdict::kNotEnrolled;
}

/// How long a wrong code could still become right: the whole window of the slowest token.
Seconds window_span(const Record& record, std::uint8_t window) {
  std::int64_t period = 0;
  for (const Token& token : record.tokens) {
    if (token.used()) period = std::max<std::int64_t>(period, token.period);
  }
  return Seconds(period * (2 * window + 1));
}

Decision refuse_wrong_token_code(Work& work, const TokenSearch& search, const CodeMark& mark) {
  const LoginContext& context = work.context;
  charge_guess(work.record(), {context.client, context.now, search.chances, search.tried, mark}, work.policy.throttle);
  note(work, Event::Kind::kRefused, Verdict::kWrongCode);
  return conclude(work, Verdict::kWrongCode);
}

Decision accept_token(Work& work, const TokenHit& hit, const CodeMark& mark) {
  Token& token = work.record().tokens[hit.index];
  use_up(token, hit.factor, work.context.now);
  work.decision.token = token.id;
  return accept(work, mark);
}

Result<Decision> decide_token_code(Work& work) {
  const Record& record = work.record();
  const auto code = work.code.canonical.text();
  const LoginContext& context = work.context;
  if (const auto refusal = refusal_for_lack_of_tokens(record, code.size())) return conclude(work, *refusal);
  work.decision.retry_at = throttled_until(record, context.client, context.now, work.policy.throttle);
  if (work.decision.retry_at) return conclude(work, Verdict::kThrottled);

  const auto mark = mark_of(record.code_key, code);
  if (!mark) return mark.error();
  if (is_repeated_guess(record, context.client, *mark, context.now, window_span(record, work.policy.window))) {
    return conclude(work, Verdict::kWrongCode);
  }
  const auto search = search_tokens(record, code, context.now, work.policy.window);
  if (!search) return search.error();
  // First: replays are free, so whoever saw a code once could else re-send it until it comes up again.
  if (search->used_up || was_accepted(record, *mark)) return conclude(work, Verdict::kReplayed);
  if (search->fresh) return accept_token(work, *search->fresh, *mark);
  if (search->chances == 0) return conclude(work, Verdict::kWrongCode);
  return refuse_wrong_token_code(work, *search, *mark);
}

Decision refuse_wrong_bypass(Work& work) {
  Bypass& bypass = work.record().bypass;
  if (!bypass.present) return conclude(work, Verdict::kWrongCode);
  if (++bypass.misses >= kMaxBypassMisses) bypass = {};
  note(work, Event::Kind::kRefused, Verdict::kWrongCode);
  return conclude(work, Verdict::kWrongCode);
}

Result<Decision> decide_bypass_code(Work& work) {
  Record& record = work.record();
  const auto code = work.code.canonical.text();
  const auto right = matches(record.bypass.hash, record.code_key, code);
  if (!right) return right.error();
  const auto mark = mark_of(record.code_key, code);
  if (!mark) return mark.error();

  if (!record.bypass.present || !*right) {
    return was_accepted(record, *mark) ? conclude(work, Verdict::kReplayed) : refuse_wrong_bypass(work);
  }
  const bool expired = work.context.now >= record.bypass.until || work.context.now < record.bypass.issued;
  record.bypass = {};
  if (expired) {
    note(work, Event::Kind::kRefused, Verdict::kExpired);
    return conclude(work, Verdict::kExpired);
  }
  note(work, Event::Kind::kBypassUsed, Verdict::kAccepted);
  return accept(work, *mark);
}

/// The entry that `code` belongs to, or nullptr; compares all of them.
Result<RecoveryCode*> find_recovery_code(Record& record, std::string_view code) {
  RecoveryCode* found = nullptr;
  for (RecoveryCode& entry : record.recovery) {
    const auto right = matches(entry.hash, record.code_key, code);
    if (!right) return right.error();
    if (*right && entry.state != RecoveryCode::State::kFree) found = &entry;
  }
  return found;
}

Result<Decision> decide_recovery_code(Work& work) {
  const auto code = work.code.canonical.text();
  const auto entry = find_recovery_code(work.record(), code);
  if (!entry) return entry.error();
  if (*entry == nullptr) return conclude(work, Verdict::kWrongCode);
  if ((*entry)->state != RecoveryCode::State::kUnused) return conclude(work, Verdict::kReplayed);

  const auto mark = mark_of(work.record().code_key, code);
  if (!mark) return mark.error();
  (*entry)->state = RecoveryCode::State::kUsed;
  (*entry)->used_at = work.context.now;
  note(work, Event::Kind::kRecoveryUsed, Verdict::kAccepted);
  return accept(work, *mark);
}

/// The verdict of a code of any kind on an account that may use one.
Result<Decision> decide_by_shape(Work& work) {
  switch (work.code.kind) {
    case TypedCode::Kind::kToken: return decide_token_code(work);
    case TypedCode::Kind::kBypass: return decide_bypass_code(work);
    case TypedCode::Kind::kRecovery: return decide_recovery_code(work);
    case TypedCode::Kind::kInvitation:  // opens nothing by itself: it leads to the enrolment prompts
    case TypedCode::Kind::kMalformed: break;
  }
  return conclude(work, has_confirmed_token(work.record()) ? Verdict::kWrongCode : Verdict::kNotEnrolled);
}

/// A record that nobody owns, with one token that nobody has.
SecretRecord decoy() {
  SecretRecord record;
  Token& token = record->tokens[0];
  token.id = 1;
  token.state = Token::State::kActive;
  token.secret_length = 20;
  return record;
}

}  // namespace

std::optional<Verdict> decide_without_code(const Record* record, Action action, const LoginContext& context,
                                           const DecisionPolicy& policy) {
  if (action == Action::kDeny) return Verdict::kDisabled;
  if (record != nullptr && record->is_shut()) return Verdict::kDisabled;
  if (action == Action::kExempt) return context.uid ? Verdict::kExempt : Verdict::kNotEnrolled;
  if (!context.uid) return std::nullopt;

  const bool own = record != nullptr && !belongs_to_another_account(*record, context, policy);
  if (own && has_lease(*record, context.service, context.client, context.now, policy)) return Verdict::kLeased;
  if (action == Action::kObserve && !(own && has_confirmed_token(*record))) return Verdict::kObserved;
  return std::nullopt;
}

Result<Decision> decide(const SecretRecord& record, const TypedCode& code, const LoginContext& context,
                        const DecisionPolicy& policy) {
  Work work{code, context, policy, {Verdict::kUnavailable, record, false, code.kind, 0, std::nullopt}};
  if (record->is_shut()) return conclude(work, Verdict::kDisabled);
  const bool may_be_judged = context.uid || context.unknown_user == UnknownUser::kJudged;
  if (may_be_judged && !belongs_to_another_account(*record, context, policy)) return decide_by_shape(work);

  auto decision = decide_for_nobody(code, context, policy);
  if (decision) decision->record = record;
  return decision;
}

Result<Decision> decide_for_nobody(const TypedCode& code, const LoginContext& context, const DecisionPolicy& policy) {
  Work work{code, context, policy, {Verdict::kUnavailable, decoy(), false, code.kind, 0, std::nullopt}};
  auto decision = decide_by_shape(work);
  if (!decision) return decision;
  decision->verdict = Verdict::kNotEnrolled;
  decision->must_save = false;
  decision->token = 0;
  return decision;
}

}  // namespace twinlock
