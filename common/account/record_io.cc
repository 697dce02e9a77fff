#include "account/record_io.h"

namespace twinlock {
namespace {

bool are_services(std::string_view list) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (!ServiceName::parse(list.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
    if (list.empty()) return false;  // nothing behind the last comma
  }
  return true;
}

}  // namespace

void RecordReader::services(const Field& field, FixedText<32>& value) {
  text(field, value);
  require(are_services(value.view()), field);
}

void RecordReader::service(const Field& field, ServiceName& value) {
  FixedText<ServiceName::kMaxBytes + 1> name;
  text(field, name);
  if (name.view().empty()) return;
  const auto parsed = ServiceName::parse(name.view());
  require(static_cast<bool>(parsed), field);
  if (parsed) value = *parsed;
}

void RecordReader::client(const Field& field, ClientKey& value) {
  RecordReader part(at(field), flaw_);
  std::uint8_t family = 0;
  std::uint8_t bits = 0;
  std::array<std::uint8_t, 16> address{};
  part.number(layout::client::kFamily, family);
  part.number(layout::client::kBits, bits);
  part.bytes(layout::client::kAddress, address);
  const auto network = Network::from_stored(family, bits, address);
  // from_stored() clears host bits; we never write any.
  const bool is_exact = network && network->bits() == bits && network->base().bytes() == address &&
                        static_cast<std::uint8_t>(network->base().family()) == family;
  require(is_exact, field);
  if (is_exact) value = *network;
}

}  // namespace twinlock
