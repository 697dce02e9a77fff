#include "cli/backup/removed_records.h"

#include <sys/stat.h>

#include <cerrno>

#include "account/reconcile.h"
#include "cli/new_file.h"
#include "config/trusted_file.h"
#include "crypto/sha256.h"

namespace twinlock {
namespace {

constexpr std::size_t kLargestList = std::size_t{16} << 20U;

std::string path_of_removed(const Config& config) { return config.store.state_dir + "/removed"; }

Error damaged_list(const std::string& path) {
  return {Error::Code::kStore, path, "is damaged_list",
          "move it away: then a restore does not know who was removed, so look through those it calls new"};
}

Result<void> write(const Config& config, const std::set<Mac>& removed) {
  std::string text;
  for (const Mac& each : removed) text += hex_of(each) + "\n";
  return replace_file(path_of_removed(config), text, 0600);
}

}  // namespace

Result<std::set<Mac>> removed_records(const Config& config) {
  const std::string path = path_of_removed(config);
  std::set<Mac> removed;
  struct stat there {};
  if (::lstat(path.c_str(), &there) != 0 && errno == ENOENT) return removed;
  const auto text = read_trusted_file({path, Privacy::kPublic, Error::Code::kStore}, kLargestList);
  if (!text) return text.error();
  for (std::string_view rest = text->text(); !rest.empty();) {
    const auto end = rest.find('\n');
    const auto lineage = digest_from_hex(rest.substr(0, end));
    if (!lineage || end == std::string_view::npos) return damaged_list(path);
    removed.insert(*lineage);
    rest.remove_prefix(end + 1);
  }
  return removed;
}

Result<bool> was_removed(const Config& config, const Record& record) {
  const auto lineage = lineage_of(record);
  if (!lineage) return lineage.error();
  const auto removed = removed_records(config);
  if (!removed) return removed.error();
  return removed->contains(*lineage);
}

Result<void> note_removed(const Config& config, const Record& record) {
  const auto lineage = lineage_of(record);
  if (!lineage) return lineage.error();
  auto removed = removed_records(config);
  if (!removed) return removed.error();
  removed->insert(*lineage);
  return write(config, *removed);
}

Result<void> forget_removed(const Config& config, const Record& record) {
  const auto lineage = lineage_of(record);
  if (!lineage) return lineage.error();
  auto removed = removed_records(config);
  if (!removed) return removed.error();
  return removed->erase(*lineage) == 0 ? done() : write(config, *removed);
}

}  // namespace twinlock
