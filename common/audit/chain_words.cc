#include "audit/chain_words.h"

namespace twinlock {

std::string count_of(std::uint64_t number, std::string_view thing) {
  return std::to_string(number) + " " + std::string(thing) + (number == 1 ? "" : "s");
}

std::string seals_from_to(std::uint64_t first, std::uint64_t last) {
  if (first == last) return "seal " + std::to_string(first) + " is missing";
  return "seals " + std::to_string(first) + " to " + std::to_string(last) + " are missing";
}

std::string words_of_doubt(const SealedStretch& sealed) {
  const std::uint64_t here = sealed.stretch.lines();
  const std::uint64_t then = sealed.seal.lines;
  const std::string behind = " (seal " + std::to_string(sealed.seal.sequence) + ")";
  if (here < then) return count_of(then - here, "sealed line") + " missing here" + behind;
  if (here > then) return count_of(here - then, "line") + " here that no seal covers" + behind;
  return "sealed lines were changed or put in another order" + behind;
}

}  // namespace twinlock
