// The words behind pam_twinlock.so in a PAM file.
#pragma once

#include <span>
#include <string>

#include "base/result.h"

namespace twinlock {

struct ModuleArguments {
  enum class Task {
    kCheckCode,       ///< Ask for a code and decide.
    kSplit,           ///< `split`: only cut the code off the password.
    kAfterPublickey,  ///< `after_publickey`: only say whether a public key was given already.
  };
  std::string config_path;
  Task task = Task::kCheckCode;
  bool debug = false;
};

/// An unknown argument, or a config= that is not an absolute path, is kConfig: the caller denies.
[[nodiscard]] Result<ModuleArguments> parse_module_arguments(std::span<const char* const> arguments);

}  // namespace twinlock
