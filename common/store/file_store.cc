#include "store/file_store.h"

#include <dirent.h>
#include <fcntl.h>

#include <cerrno>
#include <vector>

#include "config/trusted_file.h"
#include "store/locked_file_record.h"
#include "store/record_creation.h"
#include "store/record_file.h"
#include "store/user_file_name.h"

namespace twinlock {
namespace {

constexpr int kReadsWithoutLock = 2;

struct DirectoryCloser {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

/// The names in a directory but for hidden ones; temporary names are among those.
Result<std::vector<std::string>> visible_names(int directory, const std::string& path) {
  // Opened again: reading names moves the position of the open directory.
  const int again = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0) return system_error(Error::Code::kStore, path, "listed", errno);
  const std::unique_ptr<DIR, DirectoryCloser> listing(::fdopendir(again));
  if (!listing) {
    const UniqueFd closed(again);
    return system_error(Error::Code::kStore, path, "listed", errno);
  }
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(listing.get())) {  // NOLINT(concurrency-mt-unsafe): nobody else has it
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    errno = 0;
  }
  if (errno != 0) return system_error(Error::Code::kStore, path, "listed", errno);
  return names;
}

bool is_clean(const Result<OpenImage>& open) { return open && !open->loaded.lost_copy; }

Result<OpenImage> read_open(int fd, const RecordPlace& place, const Username& user, const Keyring& keyring) {
  const auto image = read_image(fd, place.path);
  if (!image) return image.error();
  auto open = open_image(*image, user, keyring);
  if (!open) return about_file(open.error(), place.path);
  return open;
}

std::optional<LoadedRecord> loaded_of(OpenImage open) { return std::move(open.loaded); }

class FileStore final : public Store {
 public:
  FileStore(std::string directory, KeySource& keys, std::chrono::milliseconds lock_wait)
      : directory_(std::move(directory)), keys_(keys), lock_wait_(lock_wait) {}

  Result<std::unique_ptr<LockedRecord>> open(const Username& user) override {
    auto directory = open_directory();
    if (!directory) return directory.error();
    auto place = place_of(directory->get(), user);
    if (!place) return place.error();
    auto lock = lock_record_file(*place, LockKind::kExclusive, Deadline::in(lock_wait_));
    if (!lock) return lock.error();
    if (!*lock) return std::unique_ptr<LockedRecord>();
    const auto keys = keys_.current();
    if (!keys) return keys.error();
    return load_locked({std::move(*directory), std::move(*place), std::move(**lock)}, user, *keys);
  }

  Result<std::optional<LoadedRecord>> read(const Username& user) override {
    const auto directory = open_directory();
    if (!directory) return directory.error();
    const auto place = place_of(directory->get(), user);
    if (!place) return place.error();
    return read_at(*place, user);
  }

  Result<void> create(const Username& user, const SecretRecord& record) override {
    const auto directory = open_directory();
    if (!directory) return directory.error();
    const auto place = place_of(directory->get(), user);
    if (!place) return place.error();
    const auto hold = keys_.hold();  // until it is there to be found by whoever changes the keys
    if (!hold) return hold.error();
    const auto keys = keys_.current();
    if (!keys) return keys.error();
    const auto image = seal_image(user, *record, **keys);
    if (!image) return about_file(image.error(), place->path);
    return create_record_file(*place, *image);
  }

  Result<void> remove(const Username& user) override {
    const auto directory = open_directory();
    if (!directory) return directory.error();
    const auto place = place_of(directory->get(), user);
    if (!place) return place.error();
    const auto lock = lock_for_removal(*place, Deadline::in(lock_wait_));
    if (!lock) return lock.error();
    if (!*lock) return Error{Error::Code::kNotFound, place->path, "does not exist", ""};
    return remove_record_file((**lock).fd(), *place);
  }

  Result<void> remove_unreadable(const Username& user) override {
    const auto directory = open_directory();
    if (!directory) return directory.error();
    const auto place = place_of(directory->get(), user);
    if (!place) return place.error();
    const auto keys = keys_.current();  // without them nothing could be read, and nothing is wrong with the record
    if (!keys) return keys.error();
    const auto lock = lock_for_removal(*place, Deadline::in(lock_wait_));
    if (!lock) return lock.error();
    if (!*lock) return Error{Error::Code::kNotFound, place->path, "does not exist", ""};
    const auto fit = check_owner_and_mode((**lock).fd(), place->path);  // owner and mode are mended, not replaced
    if (!fit) return fit.error();
    const auto file = open_record_file(*place, LockKind::kShared);
    if (file && *file && read_open((**file).get(), *place, user, **keys)) {
      return Error{Error::Code::kExists, place->path, "can be read and is not removed", ""};
    }
    return remove_record_file((**lock).fd(), *place);
  }

  Result<void> for_each(const std::function<void(const StoreEntry&)>& visit) override {
    const auto directory = open_directory();
    if (!directory) return directory.error();
    const auto names = visible_names(directory->get(), directory_);
    if (!names) return names.error();
    for (const auto& name : *names) {
      if (const auto entry = entry_at({directory->get(), name, path_of(name)})) visit(*entry);
    }
    return done();
  }

 private:
  [[nodiscard]] std::string path_of(const std::string& name) const { return directory_ + "/" + name; }

  [[nodiscard]] Result<UniqueFd> open_directory() const {
    return open_trusted_directory({directory_, Privacy::kPrivate, Error::Code::kStore});
  }

  [[nodiscard]] Result<RecordPlace> place_of(int directory, const Username& user) const {
    auto name = user_file_name(user);
    if (!name) return name.error();
    auto path = path_of(*name);
    return RecordPlace{directory, std::move(*name), std::move(path)};
  }

  /// A save under way looks like damage to who reads without the lock: so whatever is not clean is read again, at
  /// last with a shared lock.
  [[nodiscard]] Result<std::optional<LoadedRecord>> read_at(const RecordPlace& place, const Username& user) const {
    for (int i = 0; i < kReadsWithoutLock; ++i) {
      const auto file = open_record_file(place, LockKind::kShared);
      if (!file) return file.error();
      if (!*file) return std::optional<LoadedRecord>();
      const auto keys = keys_.current();
      if (!keys) return keys.error();
      auto open = read_open((**file).get(), place, user, **keys);
      if (is_clean(open)) return loaded_of(std::move(*open));
    }
    const auto lock = lock_record_file(place, LockKind::kShared, Deadline::in(lock_wait_));
    if (!lock) return lock.error();
    if (!*lock) return std::optional<LoadedRecord>();
    const auto keys = keys_.current();
    if (!keys) return keys.error();
    auto open = read_open((**lock).fd(), place, user, **keys);
    if (!open) return open.error();
    return loaded_of(std::move(*open));
  }

  /// Nothing where the file was removed since its name was listed.
  [[nodiscard]] std::optional<StoreEntry> entry_at(const RecordPlace& place) const {
    const auto user = user_at(place);
    if (!user) return StoreEntry{place.name, user.error(), is_hashed_file_name(place.name)};
    if (!*user) return std::nullopt;
    auto loaded = read_at(place, **user);
    if (!loaded) return StoreEntry{(**user).text(), loaded.error(), true};
    if (!*loaded) return std::nullopt;
    return StoreEntry{(**user).text(), std::move(**loaded), true};
  }

  /// The user whose record has this file name; nullopt where it is a hashed name and the file is gone.
  [[nodiscard]] static Result<std::optional<Username>> user_at(const RecordPlace& place) {
    if (auto user = user_of_file_name(place.name)) return user;
    const Error foreign{Error::Code::kStore, place.path, "is not a record", "remove it from the directory of records"};
    if (!is_hashed_file_name(place.name)) return foreign;
    const auto file = open_record_file(place, LockKind::kShared);
    if (!file) return file.error();
    if (!*file) return std::optional<Username>();
    const auto image = read_image((**file).get(), place.path);
    if (!image) return image.error();
    for (const auto index : {SlotIndex::kFirst, SlotIndex::kSecond}) {
      const auto user = Username::parse(claimed_user(image->slot(index)));
      if (!user) continue;
      const auto name = user_file_name(*user);
      if (name && *name == place.name) return std::optional<Username>(*user);
    }
    return foreign;
  }

  std::string directory_;
  KeySource& keys_;
  std::chrono::milliseconds lock_wait_;
};

}  // namespace

std::unique_ptr<Store> make_file_store(std::string directory, KeySource& keys, std::chrono::milliseconds lock_wait) {
  return std::make_unique<FileStore>(std::move(directory), keys, lock_wait);
}

}  // namespace twinlock
