#include "live/code_stash.h"

#include <string>

#include "live/text_lines.h"

namespace twinlock {
namespace {

std::string name_for(const ProcessIdentity& owner) { return std::to_string(owner.pid); }

/// Lines: start of the owner, age mark, user, code. nullopt: not that owner's, too old, or cut short.
std::optional<StashedCode> parse(std::string_view text, const ProcessIdentity& owner, std::int64_t since_boot) {
  const auto started = next_line(text);
  const auto stashed_at = next_line(text);
  const auto user = next_line(text);
  const auto code = next_line(text);
  if (!code || !text.empty() || number_in<std::uint64_t>(*started) != owner.started) return std::nullopt;
  const auto at = number_in<std::int64_t>(*stashed_at);
  if (!at || *at > since_boot || since_boot - *at > kStashLifeMilliseconds) return std::nullopt;
  const auto name = Username::parse(*user);
  return name ? std::optional<StashedCode>({*name, SecretBytes(*code)}) : std::nullopt;
}

Result<bool> still_serves(const RunDirectory& stashes, const std::string& name, std::int64_t since_boot) {
  const auto pid = number_in<std::int32_t>(name);
  if (!pid) return false;
  const auto owner = identify_process(*pid);
  if (!owner) return owner.error();
  if (!*owner) return false;
  const auto content = stashes.read(name);
  if (!content) return content.error();
  return *content && parse((*content)->text(), **owner, since_boot);
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
  if (!*content) return std::optional<StashedCode>();
  return parse((*content)->text(), owner, since_boot);
}

Result<int> sweep_stashes(const RunDirectory& stashes, std::int64_t since_boot) {
  const auto names = stashes.names();
  if (!names) return names.error();
  int removed = 0;
  for (const std::string& name : *names) {
    const auto serves = still_serves(stashes, name, since_boot);
    if (!serves) return serves.error();
    if (*serves) continue;
    if (const auto swept = stashes.remove(name); !swept) return swept.error();
    ++removed;
  }
  return removed;
}

}  // namespace twinlock
