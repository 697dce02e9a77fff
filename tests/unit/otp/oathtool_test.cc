// The same codes as oathtool, for random keys, hashes, digits, periods, times and counters.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <random>

#include "otp/hotp.h"
#include "otp/totp.h"
#include "support/child_process.h"
#include "support/hex.h"

namespace twinlock {
namespace {

constexpr std::uint64_t kSeed = 42262;
/// 2,000 in the tests; `./dev soak` says how many times as many.
int cases() {
  const char* const soak = std::getenv("TWINLOCK_SOAK");  // NOLINT(concurrency-mt-unsafe): nobody sets it meanwhile
  return 2'000 * (soak == nullptr ? 1 : std::max(1, std::atoi(soak)));
}
constexpr std::size_t kAtOnce = 4;

struct RandomToken {
  bool is_totp = false;
  std::vector<std::uint8_t> key;
  HashAlgorithm algorithm = HashAlgorithm::kSha1;
  Digits digits = Digits::kSix;
  std::uint16_t period = 30;
  UnixTime now;
  std::uint64_t counter = 0;
};

class TokenMaker {
 public:
  RandomToken next() {
    RandomToken token;
    token.is_totp = between(0, 2) > 0;
    token.key.resize(between(1, 64));
    for (auto& byte : token.key) byte = static_cast<std::uint8_t>(between(0, 255));
    if (token.is_totp) token.algorithm = static_cast<HashAlgorithm>(between(1, 3));
    token.digits = static_cast<Digits>(between(6, 8));
    token.period = static_cast<std::uint16_t>(between(15, 300));
    token.now = {static_cast<std::int64_t>(between(0, up_to_bits(36)))};
    token.counter = between(0, up_to_bits(62));
    return token;
  }

 private:
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return std::uniform_int_distribution<std::uint64_t>(low, high)(random_);
  }
  /// Small numbers as often as large ones.
  std::uint64_t up_to_bits(std::uint64_t bits) { return (std::uint64_t{1} << between(1, bits)) - 1; }

  std::mt19937_64 random_{kSeed};
};

std::string mode_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::kSha1: return "--totp=SHA1";
    case HashAlgorithm::kSha256: return "--totp=SHA256";
    case HashAlgorithm::kSha512: return "--totp=SHA512";
  }
  return "";
}

std::vector<std::string> oathtool_arguments(const RandomToken& token) {
  std::vector<std::string> arguments{"oathtool", "--digits=" + std::to_string(count_of(token.digits))};
  if (token.is_totp) {
    arguments.push_back(mode_of(token.algorithm));
    arguments.push_back("--time-step-size=" + std::to_string(token.period) + "s");
    arguments.push_back("--now=@" + std::to_string(token.now.seconds));
  } else {
    arguments.push_back("--counter=" + std::to_string(token.counter));
  }
  arguments.push_back(test::to_hex(token.key));
  return arguments;
}

std::string our_code(const RandomToken& token) {
  const auto counter = token.is_totp ? totp_step(token.now, token.period) : token.counter;
  const auto code = hotp_code(token.key, counter, token.digits, token.algorithm);
  return code ? std::string(code->text()) : code.error().text();
}

struct Running {
  RandomToken token;
  test::ChildProcess oathtool;
};

testing::AssertionResult agrees(Running& running) {
  const auto theirs = running.oathtool.finish();
  if (theirs.status == 0 && our_code(running.token) + "\n" == theirs.text) return testing::AssertionSuccess();
  auto failure = testing::AssertionFailure()
                 << "seed " << kSeed << ": ours " << our_code(running.token) << ", theirs " << theirs.text << "of";
  for (const auto& argument : oathtool_arguments(running.token)) failure << " " << argument;
  return failure;
}

TEST(HotpCode, AgreesWithOathtoolOverThousandsOfRandomTokens) {
  const int wanted = cases();
  TokenMaker maker;
  std::deque<Running> running;
  for (int started = 0; started < wanted || !running.empty();) {
    if (started < wanted && running.size() < kAtOnce) {
      const RandomToken token = maker.next();
      running.push_back({token, test::ChildProcess(oathtool_arguments(token))});
      ++started;
      continue;
    }
    ASSERT_TRUE(agrees(running.front()));
    running.pop_front();
  }
}

}  // namespace
}  // namespace twinlock
