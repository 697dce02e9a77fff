#include "cli/table.h"

#include <gtest/gtest.h>

namespace twinlock {
namespace {

TEST(Table, AlignsItsColumns) {
  Table table({"USER", "STATE", "TOKENS"});
  table.add({"alice", "active", "2"});
  table.add({"bob", "disabled", "1"});
  EXPECT_EQ(table.text(),
            "USER   STATE     TOKENS\n"
            "alice  active    2\n"
            "bob    disabled  1\n");
}

TEST(Table, CountsCodePoints) {
  Table table({"USER", "LABEL"});
  table.add({"jürgen", "x"});
  table.add({"carol", "x"});
  EXPECT_EQ(table.text(),
            "USER    LABEL\n"
            "jürgen  x\n"
            "carol   x\n");
}

TEST(Table, LeavesNoBlanksAtLineEnds) {
  Table table({"USER", "LAST USED", ""});
  table.add({"alice", "", ""});
  table.add({"bob"});
  table.add({"", "", ""});
  EXPECT_EQ(table.text(), "USER   LAST USED\nalice\nbob\n\n");
}

TEST(Table, TakesMoreCellsThanHeadings) {
  Table table({"USER"});
  table.add({"alice", "extra"});
  EXPECT_EQ(table.text(), "USER\nalice  extra\n");
}

TEST(Table, DoesNotLetNamesSteerTheTerminal) {
  Table table({"USER", "LABEL"});
  table.add({"ali\x1B[2Jce", "a\nb"});
  EXPECT_EQ(table.text(), "USER       LABEL\nali?[2Jce  a?b\n");
}

TEST(Printable, KeepsTextAsItIs) {
  for (const auto* text : {"", "alice", "DOMAIN\\alice", "Käse €5", "\xF0\x9F\x94\x91", "\xC2\xA0"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, ReplacesControlCharacters) {
  using namespace std::string_view_literals;
  EXPECT_EQ(printable("a\0b\tc\x7F"sv), "a?b?c?");
  EXPECT_EQ(printable("a\xC2\x9B\x32J"), "a?2J") << "C1 in UTF-8";
}

TEST(Printable, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(printable("\xFF\x80z"), "??z");
  EXPECT_EQ(printable("a\xC3"), "a?") << "cut off";
  EXPECT_EQ(printable("\xC0\xAF"), "??") << "overlong";
  EXPECT_EQ(printable("\xE0\x80\xAF"), "???") << "overlong";
  EXPECT_EQ(printable("\xF0\x82\x82\xAC"), "????") << "overlong";
  EXPECT_EQ(printable("\xED\xA0\x80"), "???") << "surrogate";
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "????") << "beyond U+10FFFF";
}

}  // namespace
}  // namespace twinlock
