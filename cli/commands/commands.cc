#include "cli/commands/commands.h"

namespace twinlock {

void add_all_commands(Grammar& grammar) {
  add_init(grammar);
  add_config_check(grammar);
  add_enrol(grammar);
  add_list(grammar);
  add_show(grammar);
  add_check(grammar);
  add_unlock(grammar);
  add_remove(grammar);
  add_token(grammar);
  add_recovery(grammar);
  add_disable_and_enable(grammar);
  add_rename(grammar);
  add_lease(grammar);
  add_explain(grammar);
  add_sessions(grammar);
  add_revoke(grammar);
  add_sweep(grammar);
  add_setup(grammar);
  add_key(grammar);
  add_audit(grammar);
  add_backup(grammar);
  add_restore(grammar);
  add_restored(grammar);
}

}  // namespace twinlock
