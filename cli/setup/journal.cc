#include "cli/setup/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/clock.h"
#include "cli/file_error.h"
#include "cli/json.h"
#include "cli/new_file.h"
#include "cli/setup/journal_json.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::size_t kLargestEntry = 16 << 20;
constexpr std::string_view kSuffix = ".json";

std::string boot_id() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

Result<JournalEntry> read_entry(const std::string& path) {
  const auto text = read_trusted_file(private_path(path), kLargestEntry);
  if (!text) return text.error();
  const auto entry = journal_entry_in(text->text());
  if (entry) return *entry;
  return Error{Error::Code::kStore, path, "is damaged",
               "what was there before can be read in it, and put back by hand"};
}

}  // namespace

ConfirmBy confirm_by(Seconds span, UnixTime now) {
  return {now + span, milliseconds_since_boot() + span.count() * 1000, boot_id()};
}

bool has_come(const ConfirmBy& deadline) {
  return deadline.boot_id != boot_id() || milliseconds_since_boot() >= deadline.since_boot;
}

std::string Journal::directory_in(const Config& config) { return config.store.state_dir + "/setup"; }

Result<Journal> Journal::open(const std::string& directory) {
  if (const auto made = make_directory(directory, 0700); !made) return made.error();
  if (const auto safe = open_trusted_directory(private_path(directory)); !safe) return safe.error();
  return Journal(directory);
}

Result<std::optional<Journal>> Journal::open_if_any(const std::string& directory) {
  struct stat status {};
  if (::lstat(directory.c_str(), &status) != 0 && errno == ENOENT) return std::optional<Journal>();
  auto journal = open(directory);
  if (!journal) return journal.error();
  return std::optional(std::move(*journal));
}

Result<JournalContent> Journal::read() const {
  JournalContent content;
  std::error_code failure;
  for (const auto& file : std::filesystem::directory_iterator(directory_, failure)) {
    if (file.path().extension() != kSuffix) continue;
    auto entry = read_entry(file.path().string());
    if (entry) {
      content.entries.push_back(std::move(*entry));
    } else {
      const std::string name = file.path().filename().string();
      content.damaged.push_back({name.substr(0, name.find('-')), entry.error()});
    }
  }
  if (failure) return system_error(Error::Code::kStore, directory_, "listed", failure.value());
  std::ranges::sort(content.entries, {},
                    [](const JournalEntry& entry) { return std::pair(entry.service, entry.number); });
  return content;
}

Result<std::optional<JournalEntry>> Journal::latest(const std::string& service) const {
  auto all = read();
  if (!all) return all.error();
  const auto damaged = std::ranges::find(all->damaged, service, &DamagedEntry::service);
  if (damaged != all->damaged.end()) return damaged->error;
  auto& entries = all->entries;
  const auto last = std::ranges::find(entries.rbegin(), entries.rend(), service, &JournalEntry::service);
  return last == entries.rend() ? std::optional<JournalEntry>() : std::optional(std::move(*last));
}

std::string Journal::path_of(const JournalEntry& entry) const {
  return directory_ + "/" + entry.service + "-" + std::to_string(entry.number) + std::string(kSuffix);
}

Result<void> Journal::put(const JournalEntry& entry) const {
  return replace_file(path_of(entry), journal_text(entry), 0600);
}

bool Journal::is_gone() const {
  struct stat status {};
  return ::lstat(directory_.c_str(), &status) != 0 && errno == ENOENT;
}

bool Journal::write_anew(const JournalEntry& entry) const {
  const auto again = open(directory_);
  return again && again->put(entry);
}

Result<void> Journal::remove(const JournalEntry& entry) const {
  if (::unlink(path_of(entry).c_str()) != 0 && errno != ENOENT) return file_error(path_of(entry), "removed");
  return flush_directory(directory_);
}

Result<UniqueFd> Journal::lock(Patience patience) const {
  const std::string path = directory_ + "/lock";
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return file_error(path, "opened");
  const int wish = patience == Patience::kWait ? LOCK_EX : LOCK_EX | LOCK_NB;
  while (::flock(file.get(), wish) != 0) {
    if (errno == EWOULDBLOCK) {
      return Error{Error::Code::kRefused, "setup", "is at work in another process", "wait until it has ended"};
    }
    if (errno != EINTR) return file_error(path, "locked");
  }
  return file;
}

}  // namespace twinlock
