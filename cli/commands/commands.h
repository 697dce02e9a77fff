// All commands. Each file beside this one holds one of them: its arguments and its story.
#pragma once

#include "cli/grammar.h"

namespace twinlock {

void add_init(Grammar& grammar);
void add_config_check(Grammar& grammar);
void add_enrol(Grammar& grammar);
void add_list(Grammar& grammar);
void add_show(Grammar& grammar);
void add_check(Grammar& grammar);
void add_unlock(Grammar& grammar);
void add_remove(Grammar& grammar);
void add_token(Grammar& grammar);
void add_recovery(Grammar& grammar);
void add_disable_and_enable(Grammar& grammar);
void add_rename(Grammar& grammar);
void add_lease(Grammar& grammar);
void add_explain(Grammar& grammar);
void add_sessions(Grammar& grammar);
void add_revoke(Grammar& grammar);
void add_sweep(Grammar& grammar);
void add_setup(Grammar& grammar);
void add_key(Grammar& grammar);
void add_audit(Grammar& grammar);
void add_audit_lines(Grammar& grammar);  ///< Called by add_audit().
void add_backup(Grammar& grammar);
void add_restore(Grammar& grammar);
void add_restored(Grammar& grammar);

void add_all_commands(Grammar& grammar);

}  // namespace twinlock
