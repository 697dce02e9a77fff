#include "cli/backup/restore_site.h"

#include <sys/stat.h>

#include "cli/key_place.h"
#include "config/config_reader.h"
#include "login/policy_from_config.h"
#include "store/key_file.h"
#include "store/store_url.h"

namespace twinlock {
namespace {

bool is_there(const std::string& path) {
  struct stat there {};
  return ::lstat(path.c_str(), &there) == 0;
}

/// The keys of a backup, which never change.
class BackupKeys final : public KeySource {
 public:
  explicit BackupKeys(Keyring keys) : keys_(std::make_shared<const Keyring>(std::move(keys))) {}
  Result<std::shared_ptr<const Keyring>> current() override { return keys_; }
  Result<std::optional<RecordLock>> hold() override { return std::optional<RecordLock>(); }

 private:
  std::shared_ptr<const Keyring> keys_;
};

struct SurveyedConfig {
  Config config;
  Origin origin;
};

Result<SurveyedConfig> survey_config(const std::string& path, const Backup& backup) {
  if (!is_there(path)) {
    auto config = parse_config(backup.config_text().text(), path);
    if (!config) return config.error();
    return SurveyedConfig{std::move(*config), Origin::kBackup};
  }
  const auto text = read_config_text(path);
  if (!text) return text.error();
  auto config = parse_config(text->text(), path);
  if (!config) return config.error();
  const bool same = text->text() == backup.config_text().text();
  return SurveyedConfig{std::move(*config), same ? Origin::kHere : Origin::kHereAndDiffers};
}

Result<std::unique_ptr<KeySource>> survey_keys(const std::string& path, const Backup& backup, Origin origin) {
  std::unique_ptr<KeySource> keys = std::make_unique<KeyFile>(path);
  if (origin == Origin::kBackup) {
    auto parsed = Keyring::parse(backup.key_text().text(), path);
    if (!parsed) return parsed.error();
    keys = std::make_unique<BackupKeys>(std::move(*parsed));
  }
  if (const auto read = keys->current(); !read) return read.error();
  return keys;
}

Result<Origin> origin_of_keys(const std::string& path, const Backup& backup) {
  if (!is_there(path)) return Origin::kBackup;
  const auto text = read_key_file(path);
  if (!text) return text.error();
  return text->text() == backup.key_text().text() ? Origin::kHere : Origin::kHereAndDiffers;
}

}  // namespace

std::string_view name_of(Origin origin) {
  switch (origin) {
    case Origin::kBackup: return "made";
    case Origin::kHere: return "kept";
    case Origin::kHereAndDiffers: return "kept, differs";
  }
  return "";
}

Result<Site> survey_site(const std::string& config_path, const Backup& backup) {
  auto surveyed = survey_config(config_path, backup);
  if (!surveyed) return surveyed.error();
  Config& config = surveyed->config;
  const auto origin = origin_of_keys(config.store.key_file, backup);
  if (!origin) return origin.error();
  if (*origin == Origin::kBackup) {
    if (const auto stays = see_that_a_new_key_would_stay(config.store); !stays) return stays.error();
  }
  auto keys = survey_keys(config.store.key_file, backup, *origin);
  if (!keys) return keys.error();
  auto store = open_store(config.store.url, **keys);
  if (!store) return store.error();
  const std::string records = records_directory(config);
  DecisionPolicy policy = policy_from(config);
  return Site{{std::move(config), std::move(policy), std::move(*keys), std::move(*store)},
              surveyed->origin,
              *origin,
              records.empty() || is_there(records)};
}

Result<Workplace> prepare_site(const std::string& config_path, const Backup& backup) {
  PremisesReport report;
  if (!is_there(config_path)) {
    const auto made = make_config_file(config_path, backup.config_text().text(), report);
    if (!made) return made.error();
  }
  auto config = read_config(config_path);
  if (!config) return config.error();
  if (const auto made = make_directories(*config, report); !made) return made.error();
  if (const auto made = make_key_file(config->store.key_file, backup.key_text(), report); !made) return made.error();
  return open_workplace(std::move(*config));
}

}  // namespace twinlock
