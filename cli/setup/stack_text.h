// A PAM stack as text that is being changed, and what libpam makes of it. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/pam_stack/pam_stack.h"
#include "cli/setup/config_lines.h"

namespace twinlock {

inline constexpr std::string_view kPamDirectory = "/etc/pam.d/";

/// Texts of files of /etc/pam.d by their names.
using PamTexts = std::map<std::string, std::string, std::less<>>;

/// Lines from `first` up to `end`, counted from 0.
struct LineRange {
  std::size_t first = 0;
  std::size_t end = 0;
};

class StackText {
 public:
  /// `files`: what stands beside it.
  StackText(std::string service, std::string_view text, PamFiles files);

  /// The whole stack as libpam would load it, with what it includes.
  [[nodiscard]] PamStack load() const;
  /// Where lines stand that say something, each with those that it goes on in. Empty where the text ends in the midst
  /// of one: libpam refuses all of it then.
  [[nodiscard]] std::vector<LineRange> parts() const;
  /// What these lines bring of that kind, with what they include.
  [[nodiscard]] PamHandlers brought_by(const LineRange& range, PamFacility facility) const;
  /// The name that an `@include` has included; empty for other lines.
  [[nodiscard]] std::string included_whole(const LineRange& part) const;

  /// Takes our own lines of this kind out, and a remark before each that is one of `remarks`.
  void remove_ours(PamFacility facility, const Lines& remarks = {});
  void put_before(std::size_t line, const Lines& more) { insert(lines_, line, more); }
  void remove(const LineRange& range);

  [[nodiscard]] const Lines& lines() const { return lines_; }
  [[nodiscard]] std::string text() const { return text_of(lines_); }
  [[nodiscard]] std::string path() const { return std::string(kPamDirectory) + service_; }

 private:
  [[nodiscard]] PamFiles files_with(std::string text) const;

  std::string service_;
  Lines lines_;
  PamFiles files_;
};

/// Whether both run the same lines of that kind in the same order, ours aside, wherever they stand.
[[nodiscard]] bool has_same_lines(PamFacility facility, const PamStack& a, const PamStack& b);

/// The texts, and for absolute names what stands on the disk.
[[nodiscard]] PamFiles files_of(const PamTexts& texts);

/// A word as it must be written in a stack, so that libpam reads it as one.
[[nodiscard]] std::string pam_quoted(const std::string& word);

}  // namespace twinlock
