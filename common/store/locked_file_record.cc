#include "store/locked_file_record.h"

#include <algorithm>
#include <initializer_list>

#include "base/file_size_limit.h"

namespace twinlock {
namespace {

class LockedFileRecord final : public LockedRecord {
 public:
  LockedFileRecord(LockedFile file, const Username& user, std::shared_ptr<const Keyring> keys, RecordImage image,
                   OpenImage&& open)
      : file_(std::move(file)),
        user_(user),
        keys_(std::move(keys)),
        image_(std::move(image)),
        loaded_(std::move(open.loaded)),
        next_(open.next),
        saves_(loaded_.record->saves) {}

  [[nodiscard]] const LoadedRecord& loaded() const override { return loaded_; }

  Result<void> save(const SecretRecord& record, Copies copies, Durability durability) override {
    if (has_failed_) return refused_after_failure();
    if (const auto limit = check_file_size_limit(kRecordImageBytes, file_.place.path); !limit) return limit;

    const bool both = copies == Copies::kBoth;
    const SlotLabel first{next_.slot, next_.sequence, both ? Durability::kFlushed : durability};
    const SlotLabel second{other(first.index), first.sequence + 1, Durability::kFlushed};
    RecordImage image = image_;
    const SecretRecord counted = with_saves(*record, std::max(saves_, record->saves) + 1);
    if (const auto sealed = seal_into(image, first, *counted); !sealed) return sealed;
    if (both) {
      if (const auto sealed = seal_into(image, second, *counted); !sealed) return sealed;
    }

    if (const auto written = write(image, first); !written) return undo(written.error(), {first.index});
    if (both) {
      const auto written = write(image, second);
      if (!written) return undo(written.error(), {second.index, first.index});
    }
    image_ = std::move(image);
    next_ = next_after(both ? second : first);
    saves_ = counted->saves;
    return done();
  }

  Result<void> remove() override {
    has_failed_ = true;  // there is nothing any more that could be saved
    return remove_record_file(file_.lock.fd(), file_.place);
  }

 private:
  Result<void> seal_into(RecordImage& image, const SlotLabel& label, const Record& record) const {
    const auto sealed = seal_slot(label, user_, record, *keys_, image.slot(label.index));
    return sealed ? done() : about_file(sealed.error(), file_.place.path);
  }

  Result<void> write(const RecordImage& image, const SlotLabel& label) const {
    return write_slot(file_.lock.fd(), image, label.index, label.durability, file_.place.path);
  }

  /// Puts the former bytes of these slots back, so that the former state counts. If even that fails nothing more can
  /// be done: the seal of a half-written slot does not fit, so it never serves.
  Error undo(const Error& error, std::initializer_list<SlotIndex> slots) {
    has_failed_ = true;
    for (const SlotIndex index : slots) {
      put_slot_back(file_.lock.fd(), image_, index, file_.place.path);
    }
    return error;
  }

  [[nodiscard]] Error refused_after_failure() const {
    return {Error::Code::kStore, file_.place.path, "cannot be saved after an earlier save failed or it was removed",
            "open it again"};
  }

  LockedFile file_;
  Username user_;
  std::shared_ptr<const Keyring> keys_;
  RecordImage image_;  ///< What the file holds.
  LoadedRecord loaded_;
  NextSave next_;
  std::uint64_t saves_;
  bool has_failed_ = false;
};

}  // namespace

Error about_file(const Error& error, const std::string& path) {
  Error named = error;
  named.what = error.what == "record" ? path : path + ", " + error.what;
  return named;
}

Result<std::unique_ptr<LockedRecord>> load_locked(LockedFile file, const Username& user,
                                                  std::shared_ptr<const Keyring> keys) {
  auto image = read_image(file.lock.fd(), file.place.path);
  if (!image) return image.error();
  auto open = open_image(*image, user, *keys);
  if (!open) return about_file(open.error(), file.place.path);
  return std::unique_ptr<LockedRecord>(
      std::make_unique<LockedFileRecord>(std::move(file), user, std::move(keys), std::move(*image), std::move(*open)));
}

}  // namespace twinlock
