#include "cli/backup/last_backup.h"

#include <sys/stat.h>

#include <cerrno>

#include "cli/json.h"
#include "cli/new_file.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::size_t kLargestNote = 65536;

std::string path_of_last_backup(const Config& config) { return config.store.state_dir + "/last-backup"; }

}  // namespace

Result<std::optional<LastBackup>> read_last_backup(const Config& config) {
  const std::string path = path_of_last_backup(config);
  struct stat there {};
  if (::lstat(path.c_str(), &there) != 0 && errno == ENOENT) return std::optional<LastBackup>();
  const auto text = read_trusted_file({path, Privacy::kPublic, Error::Code::kStore}, kLargestNote);
  if (!text) return text.error();
  const Json json = Json::parse(text->text(), nullptr, /*allow_exceptions=*/false);
  const auto holds_number = [&](const char* key) { return json.contains(key) && json[key].is_number_unsigned(); };
  if (!json.is_object() || !holds_number("made") || !holds_number("users") || !json.contains("file") ||
      !json["file"].is_string()) {
    return Error{Error::Code::kStore, path, "does not say when the last backup was made", "make a backup"};
  }
  return std::optional(LastBackup{
      {json["made"].get<std::int64_t>()}, json["users"].get<std::uint64_t>(), json["file"].get<std::string>()});
}

Result<void> write_last_backup(const Config& config, const LastBackup& last) {
  if (const auto made = make_directory(config.store.state_dir, 0755); !made) return made.error();
  const Json json{{"made", last.made.seconds}, {"users", last.users}, {"file", last.file}};
  return replace_file(path_of_last_backup(config), json_text(json).text(), 0600);
}

}  // namespace twinlock
