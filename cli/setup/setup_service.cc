#include "cli/setup/setup_service.h"

#include <algorithm>

#include "cli/setup/pam_trial.h"

namespace twinlock {
namespace {

Result<bool> wrote(const Journal& journal, const std::string& service, const std::string& path,
                   const std::string& text) {
  const auto content = journal.read();
  if (!content) return content.error();
  return std::ranges::any_of(content->entries, [&](const JournalEntry& entry) {
    return entry.service == service && std::ranges::any_of(entry.files, [&](const JournalFile& file) {
             return file.path == path && file.after == text;
           });
  });
}

}  // namespace

Result<FileChange> plan_drop_in(const Journal& journal, const std::string& service, const FileChange& wanted,
                                const std::vector<std::string>& ours) {
  const auto change = plan_change(wanted.path, [&](const auto&) { return wanted.after; });
  if (!change || !change->before || !change->is_needed()) return change;
  if (std::ranges::find(ours, *change->before) != ours.end()) return change;
  const auto known = wrote(journal, service, wanted.path, *change->before);
  if (!known) return known.error();
  if (*known) return change;
  return Error{Error::Code::kRefused, wanted.path, "was edited, or written by somebody else, and is not replaced",
               "move it away, then run this again; what you need of it belongs into a file of your own"};
}

PamTexts pam_texts_with(const Changes& changes) {
  PamTexts files = read_pam_texts();
  for (const FileChange& change : changes) {
    if (change.path.starts_with(kPamDirectory)) files[change.path.substr(kPamDirectory.size())] = change.after;
  }
  return files;
}

}  // namespace twinlock
