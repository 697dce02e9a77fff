// The store: where records live. Two engines share this interface and the sealed bytes (store/slot.h).
//
// Promises of every engine:
//  - A record that cannot be read is an Error, never "no record".
//  - LockedRecord::save() returns only when the state is on disk; after a failed save the old state counts.
//  - No file descriptor survives the objects, and none is inherited by other programs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "account/record.h"
#include "base/result.h"
#include "base/username.h"
#include "crypto/keyring.h"

namespace twinlock {

/// A record together with what its storage went through.
struct LoadedRecord {
  SecretRecord record;
  /// The newer of the two copies may be gone (torn by a power cut, or rotten): what it might have used up must count as
  /// used (account/recovery.h) and be saved before anything is decided.
  bool lost_copy = false;
  /// The keys that seal its copies, or claim to.
  std::vector<KeyId> sealed_with;
};

/// How often a save is written. Administrators' acts (disable, remove a token, revoke) are written to both copies,
/// so that losing one later cannot undo them.
enum class Copies { kOne, kBoth };

/// Whether a save must survive a power cut. Only a lease granted at the end of a login may do without.
enum class Durability { kFlushed, kUnflushed };

/// Exclusive access to one user's record, until it is destroyed.
class LockedRecord {
 public:
  virtual ~LockedRecord() = default;
  /// What open() found; a save does not change it.
  [[nodiscard]] virtual const LoadedRecord& loaded() const = 0;
  /// After an Error the old state counts; after a failed write or flush this object also refuses further saves.
  /// A record that could not be read back (account/record_codec.h) is refused before anything is written.
  /// Copies::kBoth is always flushed.
  [[nodiscard]] virtual Result<void> save(const SecretRecord& record, Copies copies, Durability durability) = 0;
  /// Deletes the record durably. Nothing but destruction is allowed afterwards.
  [[nodiscard]] virtual Result<void> remove() = 0;
};

/// What for_each() finds: a record, or what is wrong with the thing named `name`.
struct StoreEntry {
  std::string name;  ///< User name; the file's name where the user's cannot be known.
  Result<LoadedRecord> loaded;
  bool can_be_record = true;  ///< false: no record is ever called that.
};

class Store {
 public:
  virtual ~Store() = default;

  /// Locks and loads. Waits at most 5 s for the lock (then kStore). nullptr: no such record.
  [[nodiscard]] virtual Result<std::unique_ptr<LockedRecord>> open(const Username& user) = 0;
  /// A consistent snapshot without an exclusive lock; writes nothing. nullopt: no such record.
  [[nodiscard]] virtual Result<std::optional<LoadedRecord>> read(const Username& user) = 0;
  /// Stores a new record durably. kExists if the user has one: records are never replaced.
  [[nodiscard]] virtual Result<void> create(const Username& user, const SecretRecord& record) = 0;
  /// Deletes the user's record durably, under its lock; a damaged one too. kNotFound: there is none.
  [[nodiscard]] virtual Result<void> remove(const Username& user) = 0;
  /// Deletes the user's record durably if it is damaged or sealed with an unknown key, which is seen under its lock.
  /// kExists: it can be read; kNotFound: there is none. One with another owner or mode stays (kStore): its content may
  /// be good.
  [[nodiscard]] virtual Result<void> remove_unreadable(const Username& user) = 0;
  /// Calls `visit` for every record, in no particular order. A bad record is an entry, not an end.
  /// The Result is an Error only where the records cannot be enumerated at all.
  [[nodiscard]] virtual Result<void> for_each(const std::function<void(const StoreEntry&)>& visit) = 0;
};

}  // namespace twinlock
