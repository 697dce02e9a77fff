// MUST 1: the code is compared and used up under one lock.
// MUST 2: kAccepted is returned only after the save returned, flushed.
#include "login/check_code.h"

#include "account/lost_copy.h"

namespace twinlock {
namespace {

/// The decision on a locked record. A lost copy is made good first, and its consequences are always saved.
Result<Decision> decide_loaded(const LoadedRecord& loaded, const CodeAttempt& attempt, const DecisionPolicy& policy) {
  const LoginContext& context = attempt.context;
  if (!loaded.lost_copy) return decide(loaded.record, attempt.code, context, policy);
  auto decision = decide(after_lost_copy(loaded.record, context.now, policy.window), attempt.code, context, policy);
  if (decision) decision->must_save = true;
  return decision;
}

}  // namespace

Result<Decision> check_code(Store& store, const CodeAttempt& attempt, const DecisionPolicy& policy) {
  const auto locked = store.open(attempt.user);
  if (!locked) return locked.error();
  if (*locked == nullptr) return decide_for_nobody(attempt.code, attempt.context, policy);

  const LoadedRecord& loaded = (*locked)->loaded();
  auto decision = decide_loaded(loaded, attempt, policy);
  if (!decision) return decision;
  if (decision->verdict == Verdict::kAccepted) attempt.on_accepted(*decision->record);
  if (!decision->must_save) return decision;
  const Copies copies = loaded.lost_copy ? Copies::kBoth : Copies::kOne;
  const auto saved = (*locked)->save(decision->record, copies, Durability::kFlushed);
  if (!saved) return saved.error();
  return decision;
}

}  // namespace twinlock
