#include "audit/chain_check.h"

#include <algorithm>

#include "audit/chain_walk.h"

namespace twinlock {
namespace {

std::uint64_t first_sequence(const ScannedFile& file) {
  const SealedStretch* first = first_authentic(file);
  return first == nullptr ? UINT64_MAX : first->seal.sequence;
}

}  // namespace

std::string_view name_of(Grade grade) {
  switch (grade) {
    case Grade::kOk: return "ok";
    case Grade::kWarn: return "warn";
    case Grade::kFail: return "fail";
  }
  return "fail";
}

const SealedStretch* first_authentic(const ScannedFile& file) {
  const auto found = std::ranges::find_if(file.sealed, &SealedStretch::authentic);
  return found == file.sealed.end() ? nullptr : &*found;
}

void order_by_chain(std::vector<ScannedFile>& files) {
  std::ranges::stable_sort(files, [](const ScannedFile& a, const ScannedFile& b) {
    const auto place = [](const ScannedFile& file) {
      return std::tuple(first_sequence(file), file.kind == ScannedFile::Kind::kCurrent, file.tail.first_time);
    };
    return place(a) < place(b);
  });
}

ChainReport check_chain(const ChainFacts& facts) {
  ChainWalk walk(facts);
  for (const ScannedFile& file : facts.files) walk.take(file);
  return walk.finish();
}

}  // namespace twinlock
