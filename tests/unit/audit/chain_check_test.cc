#include "audit/chain_check.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

namespace twinlock {
namespace {

using namespace testing;

constexpr UnixTime kToday = {1'764'000'000};  // 2025-11-24T16:00:00Z

std::string line_number(int number) {
  return R"({"time":"2025-11-24T16:00:00Z","event":"login","token":)" + std::to_string(number) + ",\"actor\":null}\n";
}

/// A log that grows by sealed stretches, and what is kept apart of it.
struct SealedLog {
  SecretBytes key{std::string_view("0123456789abcdef0123456789abcdef")};
  std::string text;
  ChainFacts facts;
  Seal last{};

  SealedLog() {
    facts.log = "audit.log";
    facts.boot = last.boot = "this start";
    facts.now = kToday;
  }
  void seal(const std::string& stretch) {
    Sha256 sum;
    sum.add(stretch);
    last.time = kToday;
    last.previous = last.mac;
    ++last.sequence;
    last.lines = static_cast<std::uint64_t>(std::ranges::count(stretch, '\n'));
    last.digest = *sum.finish();
    const auto line = seal_line(last, key);
    last.mac = line->mac;
    text += stretch + line->text + "\n";
    last.lost = last.broken = "";
    facts.head_state = HeadState::kGood;
    facts.head.sequence = last.sequence;
    facts.head.seal = last.mac;
  }
  ChainReport check() {
    ScannedFile file;
    file.name = "audit.log";
    file.kind = ScannedFile::Kind::kCurrent;
    StretchReader reader(key, {}, [&](const SealedStretch& sealed) { file.sealed.push_back(sealed); });
    reader.feed(text);
    file.tail = *reader.finish();
    facts.files = {file};
    return check_chain(facts);
  }
  void replace(const std::string& old, const std::string& fresh) { text.replace(text.find(old), old.size(), fresh); }
};

TEST(SealLine, IsReadBackAndKnowsItsKey) {
  SealedLog log;
  log.last.lost = "a \"word\"";
  log.seal("");
  const std::string_view line = std::string_view(log.text).substr(0, log.text.size() - 1);
  const auto seal = parse_seal(line);
  ASSERT_TRUE(seal);
  EXPECT_EQ(seal->sequence, 1U);
  EXPECT_EQ(seal->lost, "a \"word\"");
  EXPECT_TRUE(*is_authentic(line, *seal, log.key));
  EXPECT_FALSE(*is_authentic(line, *seal, SecretBytes(32)));
  for (std::size_t length = 0; length < line.size(); ++length) EXPECT_FALSE(parse_seal(line.substr(0, length)));
}

TEST(StretchReader, FindsTheSameWhereverBlocksEnd) {
  SealedLog log;
  for (int i = 0; i < 3; ++i) log.seal(line_number(i) + line_number(i));
  for (std::size_t size : {1U, 7U, 64U, 4096U}) {
    std::vector<std::uint64_t> ends;
    StretchReader reader(log.key, {}, [&](const SealedStretch& sealed) {
      EXPECT_TRUE(sealed.authentic && sealed.digest_fits());
      ends.push_back(sealed.end.line);
    });
    for (std::size_t at = 0; at < log.text.size(); at += size) reader.feed(std::string_view(log.text).substr(at, size));
    EXPECT_TRUE(reader.finish()->empty());
    EXPECT_THAT(ends, ElementsAre(3, 6, 9));
  }
}

TEST(StretchReader, TellsTornLinesFromWholeOnes) {
  SealedLog log;
  const std::string odd = R"({"time":"2025-11-24T16:00:00Z","event":"login","user":"}x","actor":null})";
  log.text = odd + "\n" + odd.substr(0, odd.find(char{0x7d}) + 1) + "\n\n" + line_number(1) + std::string(5, '\0') +
             "\n" + line_number(2).substr(0, 30);
  ASSERT_TRUE(log.text.find("\"user\":\"}\n") != std::string::npos);  // a torn line that ends like a whole one
  EXPECT_THAT(log.check().findings, Each(Field(&ChainFinding::grade, Ne(Grade::kFail))));
  StretchReader reader(log.key, {}, {});
  reader.feed(log.text);
  EXPECT_THAT(reader.finish()->torn, ElementsAre(2, 5, 6));  // line 3 is empty: it came between two at once
}

TEST(CheckChain, OfAWholeLogIsOk) {
  SealedLog log;
  log.seal(line_number(1) + line_number(2));
  log.seal(line_number(3));
  const ChainReport report = log.check();
  EXPECT_EQ(report.result, Grade::kOk);
  EXPECT_EQ(report.lines, 3U);
  EXPECT_EQ(report.seals, 2U);
  EXPECT_THAT(report.findings, IsEmpty());
}

TEST(CheckChain, FailsAtEachSingleByteThatIsChanged) {
  SealedLog log;
  log.seal(line_number(1) + line_number(2));
  log.seal(line_number(3));
  const std::string whole = log.text;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    log.text = whole;
    log.text[at] = static_cast<char>(log.text[at] ^ 1);
    EXPECT_EQ(log.check().result, Grade::kFail) << at << ": " << whole.substr(at, 20);
  }
}

TEST(CheckChain, FailsWhereverTheEndIsCutOff) {
  SealedLog log;
  log.seal(line_number(1) + line_number(2));
  log.seal(line_number(3));
  const std::string whole = log.text;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    log.text = whole.substr(0, length);
    EXPECT_EQ(log.check().result, Grade::kFail) << length;
  }
}

TEST(CheckChain, TakesOneSealAheadOfTheHeadAndNotTwo) {
  SealedLog log;
  log.seal(line_number(1));
  const ChainHead head = log.facts.head;
  log.seal(line_number(2));
  log.facts.head = head;
  EXPECT_EQ(log.check().result, Grade::kOk);
  log.seal(line_number(3));
  log.facts.head = head;
  EXPECT_EQ(log.check().result, Grade::kFail);
}

TEST(CheckChain, WarnsOfWhatACrashLostAndOnlyThere) {
  SealedLog log;
  log.seal(line_number(1));
  const ChainHead head = log.facts.head;
  log.seal(line_number(2));
  log.replace(line_number(2), std::string(line_number(2).size() - 1, '\0') + "\n");
  log.facts.head = head;
  EXPECT_EQ(log.check().result, Grade::kFail);  // the same start of the machine: nothing was lost
  log.facts.boot = "another start";
  EXPECT_EQ(log.check().result, Grade::kWarn);
  log.last.lost = "it stopped";
  log.seal(line_number(3));
  EXPECT_EQ(log.check().result, Grade::kWarn);
  log.seal(line_number(4));
  log.replace(line_number(4), line_number(5));
  EXPECT_EQ(log.check().result, Grade::kFail);
}

TEST(CheckChain, CountsWhatWentToSyslog) {
  SealedLog log;
  log.last.missed = 7;
  log.seal(line_number(1));
  EXPECT_EQ(log.check().result, Grade::kWarn);
  EXPECT_EQ(log.check().missed, 7U);
}

TEST(CheckChain, FailsAtTheMarkOfABreakUntilItIsPurged) {
  SealedLog log;
  log.last.broken = "the head was missing";
  log.seal(line_number(1));
  const Seal marked = log.last;
  const std::string purged = seal_line(marked, log.key)->text;
  log.seal(line_number(2));
  EXPECT_EQ(log.check().result, Grade::kFail);
  log.replace(line_number(1), "");
  log.facts.head.start = {1, marked.mac, kToday, "root", ""};
  EXPECT_EQ(log.check().result, Grade::kOk);
  log.facts.head.start.broken = "the head was missing";  // it was purged by its age alone
  EXPECT_EQ(log.check().result, Grade::kFail);
}

TEST(CheckChain, WarnsOfLinesThatWaitTooLongForASeal) {
  SealedLog log;
  log.seal(line_number(1));
  log.text += line_number(2);
  EXPECT_EQ(log.check().result, Grade::kOk);
  log.facts.now = kToday + Seconds(7200);
  EXPECT_EQ(log.check().result, Grade::kWarn);
  EXPECT_EQ(log.check().unsealed, 1U);
}

TEST(ChainHead, IsReadBackAndKnowsItsKey) {
  SealedLog log;
  log.seal(line_number(1));
  ChainHead head = log.facts.head;
  head.start = {7, head.seal, kToday, "al\"ice", "words"};
  head.missed = 3;
  const std::string text = *head_text(head, log.key);
  const auto read = parse_head(text, log.key);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->start.actor, "al\"ice");
  EXPECT_EQ((*read)->missed, 3U);
  EXPECT_EQ((*read)->seal, head.seal);
  EXPECT_FALSE(*parse_head(text, SecretBytes(32)));
  EXPECT_FALSE(*parse_head(text.substr(1), log.key));
  EXPECT_FALSE(*parse_head("", log.key));
}

}  // namespace
}  // namespace twinlock
