// twinlock key list | rotate | retire ID: the keys that seal the records.
//
// MUST 1: a key seals nothing before it stands in the file, on disk, and leaves the file only when it seals nothing.
// MUST 2: a rotation that was cut off leaves everything readable, and the next one goes on from there.
// MUST 3: no key is ever printed.
#include <algorithm>
#include <map>

#include "base/clock.h"
#include "cli/commands/commands.h"
#include "cli/key_place.h"
#include "cli/new_file.h"
#include "cli/record_users.h"
#include "store/key_file.h"

namespace twinlock {
namespace {

Error bad_id() { return {Error::Code::kUsage, "ID", "is not a key id of 8 hex digits", "see 'twinlock key list'"}; }

/// How many records each key seals, and what could not be read.
struct Use {
  std::map<KeyId, int> records;
  int unreadable = 0;
};

Result<Use> count_use(const Desk& desk, Workplace& workplace) {
  Use use;
  const auto counted = workplace.store->for_each([&](const StoreEntry& entry) {
    if (!entry.loaded) {
      desk.complain(entry.loaded.error());
      ++use.unreadable;
      return;
    }
    std::vector<KeyId> keys = entry.loaded->sealed_with;
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    for (const KeyId key : keys) ++use.records[key];
  });
  if (!counted) return counted.error();
  return use;
}

using Complaint = std::function<void(const Error&)>;

// list

Json json_of(const MasterKey& key, std::string_view purpose, bool newest, const Json& records) {
  return {{"id", text_of(key.id)},
          {"purpose", std::string(purpose)},
          {"created", json_time(key.created)},
          {"newest", newest},
          {"records", records}};
}

Result<ExitStatus> list(Desk& desk) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto keys = workplace->keys->current();
  if (!keys) return keys.error();
  auto use = count_use(desk, *workplace);
  if (!use) return use.error();
  Json json = Json::array();
  Table table({"ID", "PURPOSE", "CREATED", "RECORDS"});
  for (const MasterKey& key : (*keys)->record_keys()) {
    const int records = use->records[key.id];
    const bool newest = key.id == (*keys)->newest().id;
    json.push_back(json_of(key, "record", newest, records));
    table.add(
        {text_of(key.id), newest ? "records, newest" : "records", local_text(key.created), std::to_string(records)});
  }
  const MasterKey& audit = (*keys)->audit_key();
  json.push_back(json_of(audit, "audit", true, nullptr));
  table.add({text_of(audit.id), "audit log", local_text(audit.created), "-"});
  return desk.answer(json, table.text(), use->unreadable == 0 ? ExitStatus::kDone : ExitStatus::kStore);
}

// rotate

bool is_sealed_anew(const LoadedRecord& loaded, KeyId newest) {
  return std::ranges::all_of(loaded.sealed_with, [&](KeyId key) { return key == newest; });
}

/// Whether an earlier rotation left records behind. One copy alone is no sign: it is not sealed anew before a login has
/// made the other one good.
Result<bool> is_unfinished(Workplace& workplace, KeyId newest) {
  bool unfinished = false;
  const auto looked = workplace.store->for_each([&](const StoreEntry& entry) {
    if (entry.loaded && !entry.loaded->lost_copy && !is_sealed_anew(*entry.loaded, newest)) unfinished = true;
  });
  if (!looked) return looked.error();
  return unfinished;
}

/// The newest key, and whether it is new. None is added where the last rotation is still to be finished.
struct Newest {
  KeyId id;
  bool added;
};

Result<Newest> add_key_where_due(const Desk& desk, Workplace& workplace) {
  const std::string& path = workplace.config.store.key_file;
  const auto lock = lock_key_file(path, LockKind::kExclusive);
  if (!lock) return lock.error();
  const auto before = workplace.keys->current();
  if (!before) return before.error();
  const auto unfinished = is_unfinished(workplace, (*before)->newest().id);
  if (!unfinished) return unfinished.error();
  if (*unfinished) return Newest{(*before)->newest().id, false};

  const auto text = read_key_file(path);
  if (!text) return text.error();
  const auto grown = Keyring::with_new_key(text->text(), desk.now());
  if (!grown) return grown.error();
  if (const auto replaced = replace_file(path, grown->text(), 0600); !replaced) return replaced.error();
  const auto after = workplace.keys->current();
  if (!after) return after.error();
  return Newest{(*after)->newest().id, true};
}

/// Whether there was something to do.
Result<bool> seal_anew(Workplace& workplace, const Username& user, KeyId newest) {
  const auto locked = open_record_if_any(workplace, user);
  if (!locked) return locked.error();
  if (*locked == nullptr || is_sealed_anew((*locked)->loaded(), newest)) return false;
  const auto saved = (*locked)->save((*locked)->loaded().record, Copies::kBoth, Durability::kFlushed);
  if (!saved) return saved.error();
  return true;
}

struct Tally {
  int done = 0;
  int failed = 0;
};

Result<Tally> seal_all_anew(const Desk& desk, Workplace& workplace, KeyId newest) {
  Tally tally;
  const Complaint complain = [&](const Error& error) {
    desk.complain(error);
    ++tally.failed;
  };
  const auto users = users_with_records(workplace, complain);
  if (!users) return users.error();
  std::size_t seen = 0;
  for (const Username& user : *users) {
    ProgressLine progress(desk.terminal().messages());
    progress.show("sealing anew: " + std::to_string(++seen) + " of " + std::to_string(users->size()));
    const auto sealed = seal_anew(workplace, user, newest);
    progress.show("");
    if (!sealed) complain(sealed.error());
    if (sealed && *sealed) ++tally.done;
  }
  return tally;
}

std::string advice_after(const Tally& tally, const Keyring& keys) {
  if (tally.failed > 0) return "Mend what is named above and run this again.\n";
  std::string advice;
  for (const MasterKey& key : keys.record_keys()) {
    if (key.id != keys.newest().id)
      advice += "No record needs this one any more: twinlock key retire " + text_of(key.id) + "\n";
  }
  return "Back the key file up: backups so far do not hold the new key.\n" + advice;
}

Result<ExitStatus> rotate(Desk& desk) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  if (const auto stays = see_that_a_new_key_would_stay(workplace->config.store); !stays) return stays.error();
  const auto newest = add_key_where_due(desk, *workplace);
  if (!newest) return newest.error();
  const std::string id = text_of(newest->id);
  if (newest->added) desk.write_down(workplace->config, "key", "added " + id);
  const auto tally = seal_all_anew(desk, *workplace, newest->id);
  if (!tally) return tally.error();
  desk.write_down(workplace->config, "key", std::to_string(tally->done) + " records sealed anew with " + id);
  const auto keys = workplace->keys->current();
  if (!keys) return keys.error();
  const std::string first = newest->added ? "Key " + id + " is new" : "Going on with key " + id;
  return desk.answer({{"key", id}, {"added", newest->added}, {"resealed", tally->done}, {"failed", tally->failed}},
                     first + "; sealed anew: " + std::to_string(tally->done) + "\n" + advice_after(*tally, **keys),
                     tally->failed == 0 ? ExitStatus::kDone : ExitStatus::kStore);
}

// retire

struct RetireOptions {
  std::string id;
  bool yes = false;
};

Result<void> see_that_it_may_go(const Keyring& keys, KeyId id) {
  const std::string what = "key " + text_of(id);
  if (id == keys.audit_key().id) return Error{Error::Code::kRefused, what, "seals the audit log", ""};
  if (keys.find(id) == nullptr)
    return Error{Error::Code::kNotFound, what, "is not in the key file", "see 'twinlock key list'"};
  if (id == keys.newest().id)
    return Error{Error::Code::kRefused, what, "is the newest and seals", "first: twinlock key rotate"};
  return done();
}

/// Under each record's lock in turn: a login that is just saving counts with what it saves. A record that cannot be
/// read may need any key.
Result<void> see_that_nothing_needs_it(Workplace& workplace, KeyId id) {
  std::optional<Error> unreadable;
  const auto users = users_with_records(workplace, [&](const Error& error) { unreadable = error; });
  if (!users) return users.error();
  if (unreadable) return *unreadable;
  for (const Username& user : *users) {
    const auto locked = workplace.store->open(user);
    if (!locked) return locked.error();
    if (*locked == nullptr) continue;
    const auto& keys = (*locked)->loaded().sealed_with;
    if (std::ranges::find(keys, id) == keys.end()) continue;
    return Error{Error::Code::kRefused, "key " + text_of(id), "still seals the record of " + printable(user.text()),
                 "first: twinlock key rotate"};
  }
  return done();
}

Result<void> drop_key(Workplace& workplace, KeyId id) {
  const std::string& path = workplace.config.store.key_file;
  const auto lock = lock_key_file(path, LockKind::kExclusive);  // nobody makes a record meanwhile
  if (!lock) return lock.error();
  const auto keys = workplace.keys->current();
  if (!keys) return keys.error();
  if (const auto may = see_that_it_may_go(**keys, id); !may) return may;
  if (const auto unused = see_that_nothing_needs_it(workplace, id); !unused) return unused;
  const auto text = read_key_file(path);
  if (!text) return text.error();
  return replace_file(path, Keyring::without_key(text->text(), id).text(), 0600);
}

Result<ExitStatus> retire(Desk& desk, const RetireOptions& options) {
  const auto id = parse_key_id(options.id);
  if (!id) return bad_id();
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto keys = workplace->keys->current();
  if (!keys) return keys.error();
  if (const auto may = see_that_it_may_go(**keys, *id); !may) return may.error();
  const auto agreed =
      desk.agree("Remove key " + text_of(*id) +
                     " from the key file? Copies of records from before the rotation open with it alone.",
                 options.yes ? Consent::kGiven : Consent::kAsk);
  if (!agreed) return agreed.error();
  if (*agreed == Answer::kNo) return ExitStatus::kNo;
  if (const auto dropped = drop_key(*workplace, *id); !dropped) return dropped.error();
  desk.write_down(workplace->config, "key", "retired " + text_of(*id));
  return desk.answer({{"retired", text_of(*id)}}, "Key " + text_of(*id) + " is retired\n");
}

}  // namespace

void add_key(Grammar& grammar) {
  grammar.command("key list", "list the keys and what they seal", list);
  grammar.command("key rotate", "add a key and seal every record anew with it", rotate);
  const auto options = std::make_shared<RetireOptions>();
  grammar
      .command("key retire", "remove a key that seals nothing any more",
               [=](Desk& desk) { return retire(desk, *options); })
      .positional("id", options->id, "the key's id, from 'twinlock key list'")
      .flag("--yes", options->yes, "do not ask");
}

}  // namespace twinlock
