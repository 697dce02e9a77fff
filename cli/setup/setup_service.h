// What `twinlock setup` must know of a service: what changes, and how it is seen to be right.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/setup/file_change.h"
#include "cli/setup/journal.h"
#include "cli/setup/outlook.h"
#include "cli/setup/ssh_files.h"

namespace twinlock {

using Changes = std::vector<FileChange>;

struct SetupService {
  std::string name;   ///< "ssh", "samba": in the journal and on the command line.
  std::string title;  ///< "SSH", "Samba"
  ServiceName pam_service;
  /// What is to be changed, in the order of writing; empty: it is set up already. Changes nothing.
  std::function<Result<Changes>()> plan;
  /// Tests what can be tested before anything changes, in a directory of its own that it makes and removes.
  std::function<Result<void>(const Changes&, const std::string& directory)> try_out;
  /// Tests the files as they are now by what the server itself says of them.
  std::function<Result<void>(const Outlook&)> prove;
  /// What nobody can test, in words; empty: nothing.
  std::function<std::string()> caution;
};

struct SetupTools {
  const Config& config;
  const Journal& journal;
};

/// `ways`: nullopt: as the drop-in that is there says, kEither where there is none.
[[nodiscard]] Result<SetupService> ssh_setup(const SetupTools& tools, std::optional<SshWays> ways);
[[nodiscard]] Result<SetupService> samba_setup(const SetupTools& tools);

/// The change of a drop-in that is ours from the first byte to the last. kRefused where one is there that we never
/// wrote: neither one of `ours` nor what the journal says.
[[nodiscard]] Result<FileChange> plan_drop_in(const Journal& journal, const std::string& service,
                                              const FileChange& wanted, const std::vector<std::string>& ours);

/// All of /etc/pam.d as it will be.
[[nodiscard]] PamTexts pam_texts_with(const Changes& changes);

}  // namespace twinlock
