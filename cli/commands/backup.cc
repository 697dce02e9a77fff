// twinlock backup F, backup --verify F: everything that a lost server needs to come back, in one sealed file.
//
// MUST 1: nothing is left of a backup that did not become whole; a file that is there is never touched.
// MUST 2: each record in it is as it was at one moment: no save of a login lies half in it.
// MUST 3: the keys in it are read last, so they open whatever was sealed before.
// MUST 4: what lacks a record does not count as the last backup.
// MUST 5: a user who is renamed meanwhile is in it under one name.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "account/lost_copy.h"
#include "base/clock.h"
#include "cli/backup/backup.h"
#include "cli/backup/last_backup.h"
#include "cli/backup/passphrase.h"
#include "cli/commands/commands.h"
#include "cli/held_signals.h"
#include "cli/new_file.h"
#include "cli/state_lock.h"
#include "config/config_reader.h"
#include "store/key_file.h"

namespace twinlock {
namespace {

struct BackupOptions {
  std::string file;
  bool verify = false;
};

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string users_text(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " user" : " users"); }

/// Before anybody types a passphrase in vain. What comes until then is noticed when the file is made.
Result<void> see_that_it_is_free(const std::string& path) {
  struct stat there {};
  if (::lstat(path.c_str(), &there) != 0) return done();
  return Error{Error::Code::kExists, path, "is there already and is not replaced", "name another file or remove it"};
}

/// What a backup is made from.
struct Source {
  SecretBytes config_text;
  Workplace workplace;
};

Result<Source> open_source(const std::string& config_path) {
  auto text = read_config_text(config_path);
  if (!text) return text.error();
  auto config = parse_config(text->text(), config_path);
  if (!config) return config.error();
  auto workplace = open_workplace(std::move(*config));
  if (!workplace) return workplace.error();
  return Source{std::move(*text), std::move(*workplace)};
}

struct Tally {
  std::uint64_t users = 0;
  std::vector<std::string> unreadable;
};

/// Adds records one by one; the first failure ends it.
class Adding {
 public:
  Adding(const Desk& desk, const Source& source, const HeldSignals& held, BackupWriter& writer)
      : desk_(desk), source_(source), held_(held), writer_(writer), progress_(desk.terminal().messages()) {}

  void take(const StoreEntry& entry) {
    if (failure_) return;
    if (held_.has_come()) {
      failure_ = Error{Error::Code::kConversation, "backup", "interrupted; nothing is kept", ""};
    } else if (!entry.loaded) {
      desk_.complain(entry.loaded.error());
      tally_.unreadable.push_back(entry.name);
    } else {
      add(entry.name, *entry.loaded);
    }
  }

  [[nodiscard]] Result<Tally> outcome() const {
    if (failure_) return *failure_;
    return tally_;
  }

 private:
  void add(const std::string& name, const LoadedRecord& loaded) {
    const auto user = Username::parse(name);
    if (!user) return fail(user.error());
    const auto added =
        loaded.lost_copy
            ? writer_.add(*user, after_lost_copy(loaded.record, desk_.now(), source_.workplace.policy.window))
            : writer_.add(*user, loaded.record);
    if (!added) return fail(added.error());
    progress_.show("backing up: " + users_text(++tally_.users));
  }
  void fail(const Error& error) { failure_ = error; }

  const Desk& desk_;
  const Source& source_;
  const HeldSignals& held_;
  BackupWriter& writer_;
  ProgressLine progress_;
  Tally tally_;
  std::optional<Error> failure_;
};

Result<Tally> write_backup(const Desk& desk, Source& source, const HeldSignals& held, NewBackup fresh,
                           const RevocableFile& file) {
  const auto write = [&](std::span<const std::uint8_t> bytes) {
    return file.append({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  auto writer =
      BackupWriter::begin(std::move(fresh), write, {desk.now(), host_name(), TWINLOCK_VERSION}, source.config_text);
  if (!writer) return writer.error();
  Adding adding(desk, source, held, *writer);
  const auto listed = source.workplace.store->for_each([&](const StoreEntry& entry) { adding.take(entry); });
  if (!listed) return listed.error();
  auto tally = adding.outcome();
  if (!tally) return tally;
  const auto keys = read_key_file(source.workplace.config.store.key_file);  // MUST 3
  if (!keys) return keys.error();
  const auto finished = writer->finish(*keys, static_cast<std::uint32_t>(tally->unreadable.size()));
  if (!finished) return finished.error();
  if (const auto flushed = file.finish(0600); !flushed) return flushed.error();
  return tally;
}

Result<Tally> make_backup(const Desk& desk, Source& source, const SecretBytes& passphrase, const std::string& path) {
  const auto names = lock_state(source.workplace.config.store.state_dir, StateLock::kNames);  // MUST 5
  if (!names) return names.error();
  const HeldSignals held;  // until the file is whole or gone
  auto fresh = begin_backup(passphrase);
  if (!fresh) return fresh.error();
  const auto file = RevocableFile::begin(path);
  if (!file) return file.error();
  auto tally = write_backup(desk, source, held, std::move(*fresh), *file);
  if (!tally) file->revoke();
  return tally;
}

Result<void> note_last_backup(const Desk& desk, const Config& config, const Tally& tally, const std::string& path) {
  std::error_code unknown;
  const auto absolute = std::filesystem::absolute(path, unknown);
  return write_last_backup(config, {desk.now(), tally.users, unknown ? path : absolute.string()});
}

Result<ExitStatus> back_up(Desk& desk, const BackupOptions& options) {
  auto source = open_source(desk.config_path());
  if (!source) return source.error();
  if (const auto is_free = see_that_it_is_free(options.file); !is_free) return is_free.error();
  const auto passphrase = read_new_passphrase(desk.terminal());
  if (!passphrase) return passphrase.error();
  desk.advance_to(read_clock());
  const auto tally = make_backup(desk, *source, *passphrase, options.file);
  if (!tally) return tally.error();
  const Config& config = source->workplace.config;
  const bool whole = tally->unreadable.empty();
  desk.write_down(config, "backup",
                  users_text(tally->users) + (whole ? "" : ", incomplete") + " in " + printable(options.file));
  if (whole) {
    if (const auto noted = note_last_backup(desk, config, *tally, options.file); !noted) return noted.error();
  }
  const std::string rest =
      whole
          ? ""
          : "Not in it, and so this does not count as the last backup: " + users_text(tally->unreadable.size()) + "\n";
  return desk.answer({{"file", options.file},
                      {"users", tally->users},
                      {"made", json_time(desk.now())},
                      {"unreadable", tally->unreadable}},
                     "Backed up " + users_text(tally->users) + " to " + printable(options.file) + "\n" + rest,
                     whole ? ExitStatus::kDone : ExitStatus::kStore);
}

Result<ExitStatus> verify(Desk& desk, const BackupOptions& options) {
  const auto passphrase = read_passphrase(desk.terminal());
  if (!passphrase) return passphrase.error();
  const auto backup = Backup::read(options.file, *passphrase);
  if (!backup) return backup.error();
  const auto keys = Keyring::parse(backup->key_text().text(), options.file);
  if (!keys) return keys.error();
  const BackupMeta& meta = backup->meta();
  Json ids = Json::array();
  std::string id_text;
  for (const MasterKey& key : keys->record_keys()) {
    ids.push_back(text_of(key.id));
    id_text += (id_text.empty() ? "" : ", ") + text_of(key.id);
  }
  return desk.answer({{"file", options.file},
                      {"made", json_time(meta.made)},
                      {"host", meta.host},
                      {"version", meta.version},
                      {"users", backup->users().size()},
                      {"unreadable", backup->unreadable()},
                      {"keys", ids}},
                     printable(options.file) + " is good\nmade         " + local_text(meta.made) + "\nhost         " +
                         printable(meta.host) + "\nversion      " + printable(meta.version) + "\nusers        " +
                         std::to_string(backup->users().size()) + "\nnot in it    " +
                         std::to_string(backup->unreadable()) + "\nrecord keys  " + id_text + "\n");
}

}  // namespace

void add_backup(Grammar& grammar) {
  const auto options = std::make_shared<BackupOptions>();
  grammar
      .command("backup", "write records, configuration and keys into one sealed file",
               [=](Desk& desk) { return options->verify ? verify(desk, *options) : back_up(desk, *options); })
      .positional("file", options->file, "the file, which must not be there yet")
      .flag("--verify", options->verify, "open an existing backup as a restore would, and change nothing");
}

}  // namespace twinlock
