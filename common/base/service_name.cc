#include "base/service_name.h"

#include <algorithm>

namespace twinlock {
namespace {

bool is_service_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

}  // namespace

Result<ServiceName> ServiceName::parse(std::string_view text) {
  const bool fits = !text.empty() && text.size() <= kMaxBytes;
  if (!fits || !std::ranges::all_of(text, is_service_character)) {
    return Error{Error::Code::kUsage, "service name", "is not 1 to 15 of a-z, A-Z, 0-9, '-', '_' and '.'", ""};
  }
  ServiceName service;
  std::ranges::copy(text, service.name_.begin());
  return service;
}

}  // namespace twinlock
