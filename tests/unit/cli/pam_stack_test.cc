#include "cli/pam_stack/pam_stack.h"

#include <gmock/gmock.h>

#include <map>

#include "cli/pam_stack/pam_run.h"
#include "cli/pam_stack/pam_words.h"

namespace twinlock {
namespace {

using testing::ElementsAre;

PamFiles stack_files_of(std::map<std::string, std::string> texts) {
  return [texts = std::move(texts)](const std::string& name) -> std::optional<PamFile> {
    const auto found = texts.find(name);
    if (found == texts.end()) return std::nullopt;
    return PamFile{"/etc/pam.d/" + name, found->second};
  };
}

TEST(ParsePamLines, JoinsContinuedLinesAndDropsRemarks) {
  const auto lines =
      parse_pam_lines("# head\nauth \\\n# in between\n  required pam_a.so # why\n\nauth optional pam_b.so");
  ASSERT_TRUE(lines);
  ASSERT_EQ(2U, lines->size());
  EXPECT_EQ(2, (*lines)[0].number);
  EXPECT_THAT((*lines)[0].words, ElementsAre("auth", "required", "pam_a.so"));
  EXPECT_EQ(6, (*lines)[1].number);
}

TEST(ParsePamLines, TakesBracketsAsOneWord) {
  const auto lines = parse_pam_lines("auth [success=1 default=ignore] pam_a.so [x y\\]z] w\n");
  ASSERT_TRUE(lines);
  EXPECT_THAT((*lines)[0].words, ElementsAre("auth", "success=1 default=ignore", "pam_a.so", "x y]z", "w"));
}

TEST(ParsePamLines, RefusesAFileThatEndsInTheMiddleOfALine) { EXPECT_FALSE(parse_pam_lines("auth required \\\n")); }

TEST(ParsePamControl, ReadsTheLongForm) {
  const auto control = parse_pam_control("success=2 new_authtok_reqd=done user_unknown=reset default=die");
  EXPECT_EQ((PamAction{PamAction::Kind::kJump, 2}), control.at(PamReturn::kSuccess));
  EXPECT_EQ(PamAction{PamAction::Kind::kDone}, control.at(PamReturn::kNewAuthtokReqd));
  EXPECT_EQ(PamAction{PamAction::Kind::kReset}, control.at(PamReturn::kUserUnknown));
  EXPECT_EQ(PamAction{PamAction::Kind::kDie}, control.at(PamReturn::kAuthErr));
}

TEST(ParsePamControl, MakesAFlawFailEvenOnSuccess) {
  for (const char* flaw : {"success=", "succes=ok", "success=0", "requierd", "success=ok default"}) {
    EXPECT_FALSE(parse_pam_control(flaw).can_pass()) << flaw;
  }
}

TEST(LoadPamStack, NamesThePlaceOfEachLineThroughAllIncludes) {
  const auto stack =
      load_pam_stack(stack_files_of({{"sshd", "@include common\nauth substack deep\naccount required pam_c.so\n"},
                                     {"common", "\nauth required pam_a.so\nsession required pam_s.so\n"},
                                     {"deep", "account required pam_no.so\nauth required /lib/pam_b.so x\n"}}),
                     "sshd");
  const auto& auth = stack.of(PamFacility::kAuth);
  ASSERT_EQ(3U, auth.size());
  EXPECT_EQ("/etc/pam.d/common:2", auth[0].place());
  EXPECT_EQ(PamHandler::Kind::kSubstack, auth[1].kind);
  EXPECT_EQ("/etc/pam.d/deep:2", auth[2].place());
  EXPECT_EQ(1U, auth[2].level);
  EXPECT_EQ("pam_b", auth[2].module_name());
  EXPECT_EQ("/etc/pam.d/sshd:3", stack.of(PamFacility::kAccount)[0].place());
}

TEST(LoadPamStack, TakesTheLinesOfOtherForWhatTheServiceLacks) {
  const auto stack =
      load_pam_stack(stack_files_of({{"sshd", "auth required pam_a.so\n"},
                                     {"other", "auth required pam_deny.so\naccount required pam_x.so\n"}}),
                     "sshd");
  EXPECT_EQ("pam_a", stack.of(PamFacility::kAuth).at(0).module_name());
  EXPECT_EQ("pam_x", stack.of(PamFacility::kAccount).at(0).module_name());
}

TEST(LoadPamStack, SaysWhichLinesLibpamDoesNotUnderstand) {
  const auto stack = load_pam_stack(
      stack_files_of({{"sshd", "auth requierd pam_a.so\nauht required pam_a.so\nauth required\nauth include gone\n"}}),
      "sshd");
  ASSERT_EQ(4U, stack.flaws.size());
  EXPECT_EQ("/etc/pam.d/sshd:1", stack.flaws[0].place);
  EXPECT_FALSE(stack.broken);
  EXPECT_TRUE(load_pam_stack(stack_files_of({{"sshd", "@include gone\n"}}), "sshd").broken);
}

/// libpam 1.5.2 takes what stands behind the 1023rd byte of a line, a remark too, for another line.
TEST(LoadPamStack, ObjectsToLinesThatLibpamTakesForTwo) {
  const auto flaws_with = [](std::size_t length) {
    const std::string remark = "#" + std::string(length - 1, 'x') + "\n";
    return load_pam_stack(stack_files_of({{"sshd", "auth required pam_a.so\n" + remark}}), "sshd").flaws;
  };
  EXPECT_TRUE(flaws_with(1022).empty());
  ASSERT_EQ(1U, flaws_with(1023).size());
  EXPECT_EQ("/etc/pam.d/sshd:2", flaws_with(1023)[0].place);
}

TEST(Explore, FindsEveryEndingOfALineWithSeveralAnswers) {
  const auto stack = load_pam_stack(
      stack_files_of(
          {{"x", "auth [success=1 default=ignore] pam_a.so\nauth requisite pam_deny.so\nauth required pam_b.so\n"}}),
      "x");
  const auto endings = explore(stack.of(PamFacility::kAuth), [](const PamHandler& handler) -> std::vector<PamReturn> {
    if (handler.module_name() == "pam_deny") return {PamReturn::kAuthErr};
    return {PamReturn::kSuccess, PamReturn::kPermDenied};
  });
  EXPECT_EQ(3U, endings.size());
  const PamEnding* good = find_ending(endings, PamReturn::kSuccess);
  ASSERT_NE(nullptr, good);
  EXPECT_EQ(2U, good->steps.size());
  EXPECT_NE(nullptr, find_ending(endings, PamReturn::kAuthErr));
  EXPECT_NE(nullptr, find_ending(endings, PamReturn::kPermDenied));
}

}  // namespace
}  // namespace twinlock
