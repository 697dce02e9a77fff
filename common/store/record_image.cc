#include "store/record_image.h"

#include <variant>

namespace twinlock {
namespace {

Error unusable(std::string why) {
  return {Error::Code::kStore, "record", std::move(why),
          "restore it from a backup, or remove it and enrol the user again"};
}

/// Whether the damaged slot was the older one: then nothing is lost. That is how a save looks whose process was killed
/// in the midst of it: the header is written last (record_file.h), so the one of the former, older state still stands.
bool was_older(const SlotDamage& damage, const OpenSlot& survivor) {
  return damage.sequence != 0 && damage.sequence < survivor.label.sequence;
}

OpenImage serve_survivor(OpenSlot survivor, const SlotDamage& damage) {
  const NextSave next{other(survivor.label.index), survivor.label.sequence + 1};
  const bool lost = !was_older(damage, survivor);
  std::vector<KeyId> keys{survivor.key};
  if (damage.sequence != 0) keys.push_back(damage.key);
  return {{std::move(survivor.record), lost, std::move(keys)}, next};
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
  if (first_open != nullptr) return serve_survivor(std::move(*first_open), std::get<SlotDamage>(*second));
  if (second_open != nullptr) return serve_survivor(std::move(*second_open), std::get<SlotDamage>(*first));
  return unusable("both copies are damaged: slot 0 " + std::get<SlotDamage>(*first).why + ", slot 1 " +
                  std::get<SlotDamage>(*second).why);
}

SecretRecord with_saves(const Record& record, std::uint64_t saves) {
  SecretRecord counted;
  *counted = record;
  counted->saves = saves;
  return counted;
}

Result<RecordImage> seal_image(const Username& user, const Record& record, const Keyring& keyring) {
  RecordImage image;
  const SecretRecord counted = with_saves(record, record.saves + 1);
  const SlotLabel first{SlotIndex::kFirst, 1, Durability::kFlushed};
  const SlotLabel second{SlotIndex::kSecond, 2, Durability::kFlushed};
  if (const auto sealed = seal_slot(first, user, *counted, keyring, image.slot(first.index)); !sealed) {
    return sealed.error();
  }
  if (const auto sealed = seal_slot(second, user, *counted, keyring, image.slot(second.index)); !sealed) {
    return sealed.error();
  }
  return image;
}

}  // namespace twinlock
