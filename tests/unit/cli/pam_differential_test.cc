// The stacks on paper against the real libpam: random files, run by pam_start_confdir with pam_debug.so, which answers
// what its arguments say.
#include <gtest/gtest.h>
#include <security/pam_appl.h>

#include <array>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "cli/pam_stack/pam_run.h"
#include "support/temp_directory.h"

namespace twinlock {
namespace {

constexpr int kStacks = 600;

int say_nothing(int, const pam_message**, pam_response**, void*) { return PAM_CONV_ERR; }

/// What libpam itself makes of the directory.
struct Verdicts {
  int auth = 0;
  int account = 0;
  int session = 0;
  bool operator==(const Verdicts&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Verdicts& verdicts) {
  return out << "auth " << verdicts.auth << ", account " << verdicts.account << ", session " << verdicts.session;
}

Verdicts ask_libpam(const std::string& directory) {
  const pam_conv conversation{say_nothing, nullptr};
  pam_handle_t* handle = nullptr;
  const int started = pam_start_confdir("tested", "alice", &conversation, directory.c_str(), &handle);
  if (started != PAM_SUCCESS) return {started, started, started};
  const Verdicts verdicts{pam_authenticate(handle, 0), pam_acct_mgmt(handle, 0), pam_open_session(handle, 0)};
  pam_end(handle, PAM_SUCCESS);
  return verdicts;
}

/// What pam_debug.so answers, by its own arguments.
PamReturn answer_of(const PamHandler& handler, const std::string& event) {
  if (handler.module != "pam_debug.so") return PamReturn::kModuleUnknown;
  for (const std::string& argument : handler.arguments) {
    if (!argument.starts_with(event + "=")) continue;
    for (std::size_t at = 0; at < kPamReturns; ++at) {
      if (argument.substr(event.size() + 1) == name_of(static_cast<PamReturn>(at))) return static_cast<PamReturn>(at);
    }
  }
  return PamReturn::kSuccess;
}

int on_paper(const PamStack& stack, PamFacility facility, const std::string& event) {
  if (stack.broken) return PAM_ABORT;
  const auto endings =
      explore(stack.of(facility), [&](const PamHandler& handler) { return std::vector{answer_of(handler, event)}; });
  EXPECT_EQ(1U, endings.size());
  return static_cast<int>(endings.at(0).status);
}

Verdicts on_paper(const std::string& directory) {
  const PamStack stack = load_pam_stack(
      [&](const std::string& name) -> std::optional<PamFile> {
        const std::string path = name.starts_with('/') ? name : directory + "/" + name;
        std::ifstream file(path);
        if (!file) return std::nullopt;
        std::ostringstream text;
        text << file.rdbuf();
        return PamFile{path, text.str()};
      },
      "tested");
  return {on_paper(stack, PamFacility::kAuth, "auth"), on_paper(stack, PamFacility::kAccount, "acct"),
          on_paper(stack, PamFacility::kSession, "open_session")};
}

class RandomFiles {
 public:
  RandomFiles(unsigned seed, std::string directory) : random_(seed), directory_(std::move(directory)) {}

  /// "tested" may include part1 … part4, each only parts of higher numbers.
  void write() {
    for (int number = 0; number <= 4; ++number) {
      const std::string name = number == 0 ? "tested" : "part" + std::to_string(number);
      if (number == 0 && chance(3)) continue;  // then `other` counts
      std::ofstream(directory_ + "/" + name) << file(number);
    }
    if (!chance(4)) std::ofstream(directory_ + "/other") << file(0);
  }

 private:
  bool chance(int percent) { return below(100) < percent; }
  int below(int bound) { return std::uniform_int_distribution<>(0, bound - 1)(random_); }
  template <std::size_t N>
  std::string one_of(const std::array<const char*, N>& words) {
    return words.at(static_cast<std::size_t>(below(N)));
  }

  std::string file(int number) {
    std::string text;
    for (int lines = below(9) + (number == 0 ? 2 : 0); lines > 0; --lines) text += line(number);
    if (number == 0 && chance(2)) text += "auth required \\\n";  // ends in the middle
    if (chance(20) && text.ends_with('\n')) text.pop_back();
    return text;
  }

  std::string line(int number) {
    if (chance(6)) return "  # a remark \\\n\n";
    // In a part an @include of what is missing takes over what an earlier line left in libpam's memory: no two runs are
    // alike.
    if (number < 4 && chance(10)) return "@include " + (number == 0 ? part(number) : present_part(number)) + "\n";
    std::string type = one_of<4>({"auth", "account", "session", "password"});
    if (chance(10)) type = "-" + type;
    if (chance(5)) type = one_of<3>({"AUTH", "Account", "nonsense"});
    if (chance(2)) return type + "\n";
    const std::string gap = chance(10) ? " \\\n  " : "\t ";
    if (chance(22)) return type + gap + one_of<3>({"include", "substack", "SubStack"}) + " " + part(number) + "\n";
    if (chance(2)) return type + gap + control() + "\n";
    return type + gap + control() + gap + module() + (chance(10) ? " # remark\n" : "\n");
  }

  std::string part(int number) {
    if (number == 4 || chance(4)) return "missing";
    return present_part(number);
  }

  std::string present_part(int number) { return directory_ + "/part" + std::to_string(number + 1 + below(4 - number)); }

  std::string module() {
    if (chance(4)) return "pam_not_there.so";
    return "pam_debug.so auth=" + answer() + " acct=" + answer() + " [open_session=" + answer() + "]";
  }

  std::string answer() {
    if (chance(45)) return "success";
    if (chance(20)) return std::string(name_of(static_cast<PamReturn>(below(31))));  // all but incomplete
    return one_of<5>({"auth_err", "perm_denied", "new_authtok_reqd", "ignore", "user_unknown"});
  }

  std::string control() {
    if (chance(45)) return one_of<6>({"required", "requisite", "sufficient", "optional", "Required", "[required]"});
    if (chance(3)) return one_of<5>({"[success=]", "[succes=ok]", "[default=0]", "[success=ok default]", "[]"});
    std::string pairs;
    for (int count = 1 + below(4); count > 0; --count) pairs += answer() + (chance(8) ? " = " : "=") + action() + " ";
    if (chance(70)) pairs += "default=" + action();
    return "[" + pairs + "]";
  }

  std::string action() {
    if (chance(30)) return std::to_string(1 + below(chance(80) ? 3 : 12));
    return one_of<6>({"ignore", "ok", "done", "bad", "die", "reset"});
  }

  std::mt19937 random_;
  std::string directory_;  ///< libpam looks for included files elsewhere, unless their whole path is given.
};

std::string all_files(const std::string& directory) {
  std::ostringstream text;
  for (const char* name : {"tested", "part1", "part2", "part3", "part4", "other"}) {
    std::ifstream file(directory + "/" + name);
    if (file) text << "--- " << name << "\n" << file.rdbuf() << "\n";
  }
  return text.str();
}

TEST(PamOnPaper, EndsLikeTheRealOneOnRandomStacks) {
  std::map<int, int> seen;
  for (unsigned seed = 1; seed <= kStacks; ++seed) {
    const test::TempDirectory temporary;
    const std::string directory = temporary.path();
    RandomFiles(seed, directory).write();
    const Verdicts real = ask_libpam(directory);
    ASSERT_EQ(real, on_paper(directory)) << "seed " << seed << "\n" << all_files(directory);
    ++seen[real.auth];
    ++seen[real.account];
  }
  EXPECT_GT(seen[PAM_SUCCESS], kStacks / 10);  // else the comparison would say little
  EXPECT_GT(seen[PAM_AUTH_ERR], kStacks / 50);
  EXPECT_GT(seen[PAM_NEW_AUTHTOK_REQD], kStacks / 50);
}

TEST(PamOnPaper, GoesBackLikeTheRealOneToWhatWasBeforeASubstack) {
  for (const char* before :
       {"auth required pam_debug.so auth=success\n", "auth required pam_debug.so auth=maxtries\n"}) {
    const test::TempDirectory temporary;
    const std::string directory = temporary.path();
    std::ofstream(directory + "/tested") << before << "auth substack " << directory << "/part\n";
    std::ofstream(directory + "/part") << "auth required pam_debug.so auth=acct_expired\n"
                                       << "auth [default=reset] pam_debug.so\n";
    EXPECT_EQ(ask_libpam(directory), on_paper(directory)) << before;
  }
}

TEST(PamOnPaper, EndsLikeTheRealOneOnStacksThatIncludeThemselves) {
  for (const char* rest : {"", "auth optional pam_debug.so auth=success\n"}) {  // libpam crashes on other includes
    const test::TempDirectory temporary;
    const std::string directory = temporary.path();
    std::ofstream(directory + "/tested") << rest << "auth substack " << directory << "/tested\n" << rest;
    std::ofstream(directory + "/other") << "account required pam_debug.so acct=acct_expired\n";
    EXPECT_EQ(ask_libpam(directory), on_paper(directory)) << rest;
  }
}

}  // namespace
}  // namespace twinlock
