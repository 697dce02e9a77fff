#include "cli/lineage.h"

namespace twinlock {

Result<Relatives> relatives_of(Store& store, const Username& user, const Record& record) {
  Relatives relatives;
  const auto listed = store.for_each([&](const StoreEntry& entry) {
    const auto other = Username::parse(entry.name);
    if (!entry.loaded || !other) {
      if (entry.can_be_record) relatives.unreadable = entry.name;
    } else if (*other != user && entry.loaded->record->code_key == record.code_key) {
      (entry.loaded->record->moved_away ? relatives.moving : relatives.living) = *other;
    }
  });
  if (!listed) return listed.error();
  return relatives;
}

}  // namespace twinlock
