#include "store/record_image.h"

#include <variant>

namespace twinlock {
namespace {

Error unusable(std::string why) {
  return {Error::Code::kStore, "record", std::move(why),
          "restore it from a backup, or remove it and enrol the user again"};
}

OpenImage serve_survivor(OpenSlot survivor) {
  const NextSave next{other(survivor.label.index), survivor.label.sequence + 1};
  return {{std::move(survivor.record), true, {survivor.key}}, next};
}

Result<OpenImage> serve_newer(OpenSlot first, OpenSlot second) {
  if (first.label.sequence == second.label.sequence && *first.record != *second.record) {
    return unusable("both copies claim to be the newest and differ");
  }
  OpenSlot& newer = first.label.sequence > second.label.sequence ? first : second;
  return OpenImage{{std::move(newer.record), false, {first.key, second.key}}, next_after(newer.label)};
}

}  // namespace

NextSave next_after(const SlotLabel& newest) {
  const bool is_on_disk = newest.durability == Durability::kFlushed;
  return {is_on_disk ? other(newest.index) : newest.index, newest.sequence + 1};
}

Result<OpenImage> open_image(const RecordImage& image, const Username& user, const Keyring& keyring) {
  auto first = open_slot(image.slot(SlotIndex::kFirst), SlotIndex::kFirst, user, keyring);
  if (!first) return first.error();
  auto second = open_slot(image.slot(SlotIndex::kSecond), SlotIndex::kSecond, user, keyring);
  if (!second) return second.error();

  auto* const first_open = std::get_if<OpenSlot>(&*first);
  auto* const second_open = std::get_if<OpenSlot>(&*second);
  if (first_open != nullptr && second_open != nullptr) {
    return serve_newer(std::move(*first_open), std::move(*second_open));
  }
  if (first_open != nullptr) return serve_survivor(std::move(*first_open));
  if (second_open != nullptr) return serve_survivor(std::move(*second_open));
  return unusable("both copies are damaged: slot 0 " + std::get<SlotDamage>(*first).why + ", slot 1 " +
                  std::get<SlotDamage>(*second).why);
}

Result<RecordImage> seal_image(const Username& user, const Record& record, const Keyring& keyring) {
  RecordImage image;
  const SlotLabel first{SlotIndex::kFirst, 1, Durability::kFlushed};
  const SlotLabel second{SlotIndex::kSecond, 2, Durability::kFlushed};
  if (const auto sealed = seal_slot(first, user, record, keyring, image.slot(first.index)); !sealed) {
    return sealed.error();
  }
  if (const auto sealed = seal_slot(second, user, record, keyring, image.slot(second.index)); !sealed) {
    return sealed.error();
  }
  return image;
}

}  // namespace twinlock
