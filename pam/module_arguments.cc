#include "pam/module_arguments.h"

#include <string_view>

#include "config/config_reader.h"

namespace twinlock {
namespace {

constexpr std::string_view kConfigPrefix = "config=";

Error bad_argument(std::string_view argument, std::string why) {
  return {Error::Code::kConfig, "argument `" + std::string(argument) + "` of pam_twinlock.so", std::move(why),
          "use config=/absolute/path, debug, split or after_publickey; see pam_twinlock(8)"};
}

}  // namespace

Result<ModuleArguments> parse_module_arguments(std::span<const char* const> arguments) {
  ModuleArguments parsed{kDefaultConfigPath};
  for (const std::string_view argument : arguments) {
    if (argument == "debug") {
      parsed.debug = true;
    } else if (argument == "after_publickey" || argument == "split") {
      if (parsed.task != ModuleArguments::Task::kCheckCode) return bad_argument(argument, "is one task too many");
      parsed.task = argument == "split" ? ModuleArguments::Task::kSplit : ModuleArguments::Task::kAfterPublickey;
    } else if (argument.starts_with(kConfigPrefix)) {
      parsed.config_path = argument.substr(kConfigPrefix.size());
      if (!parsed.config_path.starts_with('/')) return bad_argument(argument, "is not an absolute path");
    } else {
      return bad_argument(argument, "is unknown");
    }
  }
  return parsed;
}

}  // namespace twinlock
