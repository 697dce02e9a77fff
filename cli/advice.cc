#include "cli/advice.h"

#include <utility>

namespace twinlock {
namespace {

std::string_view general_advice(Error::Code code) {
  switch (code) {
    case Error::Code::kUsage: return "see twinlock --help and twinlock(8)";
    case Error::Code::kConfig: return "see twinlock.conf(5); test with: twinlock config check";
    case Error::Code::kNotFound: return "see who is enrolled with: twinlock list";
    case Error::Code::kStore: return "free space and the file system's health are the first things to look at";
    case Error::Code::kPermission: return "run it as root";
    case Error::Code::kExists:
    case Error::Code::kRefused:
    case Error::Code::kCrypto:
    case Error::Code::kConversation: break;
  }
  return "";
}

}  // namespace

Error with_advice(Error error) {
  if (error.mend.empty()) error.mend = general_advice(error.code);
  return error;
}

}  // namespace twinlock
