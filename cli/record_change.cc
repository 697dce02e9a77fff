#include "cli/record_change.h"

#include "config/config_reader.h"

namespace twinlock {

Result<RecordLock> lock_names(const Desk& desk) {
  const auto config = read_config(desk.config_path());
  if (!config) return config.error();
  return lock_state(config->store.state_dir, StateLock::kNames);
}

Result<RecordChange> begin_change(const Desk& desk, const std::string& typed_user) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto user = canonical_user(typed_user);
  if (!user) return user.error();
  auto locked = open_record(*workplace, *user);
  if (!locked) return locked.error();
  SecretRecord record = (*locked)->loaded().record;
  return RecordChange{std::move(*workplace), *user, std::move(*locked), std::move(record)};
}

Result<void> finish_change(const Desk& desk, RecordChange& change, const Act& act) {
  const auto saved = change.locked->save(change.record, Copies::kBoth, Durability::kFlushed);
  if (!saved) return saved;
  change.locked.reset();  // no login waits while we print
  desk.write_down(change.workplace.config, act);
  return done();
}

}  // namespace twinlock
