#include "live/code_stash.h"

#include <string>

#include "live/text_lines.h"

namespace twinlock {
namespace {

std::string name_for(const ProcessIdentity& owner) { return std::to_string(owner.pid); }

struct Stash {
  StashedCode content;
  std::int64_t put_at;  ///< Milliseconds since boot.

  [[nodiscard]] bool is_too_old(std::int64_t since_boot) const { return since_boot - put_at > kStashLifeMilliseconds; }
};

/// Lines: start of the owner, when it was put there, user, code. nullopt: not that owner's, or not whole.
std::optional<Stash> parse_stash(std::string_view text, const ProcessIdentity& owner) {
  const auto started = next_line(text);
  const auto put_at = next_line(text);
  const auto user = next_line(text);
  const auto code = next_line(text);
  if (!code || !text.empty() || number_in<std::uint64_t>(*started) != owner.started) return std::nullopt;
  const auto at = number_in<std::int64_t>(*put_at);
  const auto name = Username::parse(*user);
  return at && name ? std::optional<Stash>({{*name, SecretBytes(*code)}, *at}) : std::nullopt;
}

/// Whether a stash may serve yet. One that is younger than `since_boot` was put there while we were sweeping.
Result<bool> may_serve(const RunDirectory& stashes, const std::string& name, std::int64_t since_boot) {
  const auto pid = number_in<std::int32_t>(name);
  if (!pid) return false;
  const auto owner = identify_process(*pid);
  if (!owner) return owner.error();
  if (!*owner) return false;
  const auto content = stashes.read(name);
  if (!content) return content.error();
  const auto stash = *content ? parse_stash((*content)->text(), **owner) : std::nullopt;
  return stash && !stash->is_too_old(since_boot);
}

}  // namespace

Result<void> stash_code(const RunDirectory& stashes, const ProcessIdentity& owner, const Username& user,
                        std::string_view code, std::int64_t since_boot) {
  const std::string marks = std::to_string(owner.started) + "\n" + std::to_string(since_boot) + "\n";
  return stashes.put(name_for(owner), {marks, user.text(), "\n", code, "\n"});
}

Result<std::optional<StashedCode>> take_code(const RunDirectory& stashes, const ProcessIdentity& owner,
                                             std::int64_t since_boot) {
  const auto content = stashes.read(name_for(owner));
  if (const auto removed = stashes.remove(name_for(owner)); !removed) return removed.error();
  if (!content) return content.error();
  auto stash = *content ? parse_stash((*content)->text(), owner) : std::nullopt;
  const bool serves = stash && stash->put_at <= since_boot && !stash->is_too_old(since_boot);
  return serves ? std::optional(std::move(stash->content)) : std::nullopt;
}

Result<int> sweep_stashes(const RunDirectory& stashes, std::int64_t since_boot) {
  const auto names = stashes.names();
  if (!names) return names.error();
  int removed = 0;
  for (const std::string& name : *names) {
    const auto serves = may_serve(stashes, name, since_boot);
    if (!serves) return serves.error();
    if (*serves) continue;
    if (const auto swept = stashes.remove(name); !swept) return swept.error();
    ++removed;
  }
  return removed;
}

}  // namespace twinlock
