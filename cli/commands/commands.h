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

void add_all_commands(Grammar& grammar);

}  // namespace twinlock
