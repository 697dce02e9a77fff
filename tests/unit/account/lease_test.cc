// Leases and proofs.
#include "account/lease.h"

#include "unit/account/desk.h"

namespace twinlock {
namespace {

using namespace test;

const ServiceName kSshd = service_of("sshd");
const ServiceName kSamba = service_of("samba");
const ClientKey kHome = client_of("192.0.2.7");
const ClientKey kElsewhere = client_of("198.51.100.9");

/// As granted at kNow by a login at sshd from kHome.
SecretRecord leased() {
  auto record = alice();
  grant_lease(*record, *terms_of(kSshd, shipped_policy()), kHome, kNow);
  return record;
}

bool opens(const SecretRecord& record, const ServiceName& service, const ClientKey& client, UnixTime now) {
  return has_lease(*record, service, client, now, shipped_policy());
}

TEST(Lease, OpensTheServicesThatTheConfigurationNamesAndNoOther) {
  const auto record = leased();
  EXPECT_TRUE(opens(record, kSamba, kHome, kNow));
  EXPECT_FALSE(opens(record, kSshd, kHome, kNow));
  EXPECT_FALSE(opens(record, service_of("sam"), kHome, kNow));
  EXPECT_FALSE(opens(record, ServiceName(), kHome, kNow));
}

TEST(Lease, OpensThemToItsOwnAddressOnly) {
  const auto record = leased();
  EXPECT_FALSE(opens(record, kSamba, kElsewhere, kNow));
  EXPECT_FALSE(opens(record, kSamba, client_of("192.0.2.8"), kNow));
  EXPECT_FALSE(opens(record, kSamba, client_of("local"), kNow));
  EXPECT_FALSE(opens(record, kSamba, client_of("2001:db8::7"), kNow));
}

TEST(Lease, EndsOnTheSecond) {
  const auto record = leased();
  EXPECT_TRUE(opens(record, kSamba, kHome, kNow + Seconds(35999)));
  EXPECT_FALSE(opens(record, kSamba, kHome, kNow + Seconds(36000)));
}

TEST(Lease, IsVoidBeforeItWasGranted) { EXPECT_FALSE(opens(leased(), kSamba, kHome, kNow - Seconds(1))); }

TEST(Lease, IsVoidOnceTheConfigurationAllowsLess) {
  const auto record = leased();
  auto policy = shipped_policy();
  policy.leases[0].length = Seconds(35999);
  EXPECT_FALSE(has_lease(*record, kSamba, kHome, kNow, policy));
  EXPECT_FALSE(has_lease(*record, kSamba, kHome, kNow + Seconds(30000), policy));
  policy.leases[0].length = Seconds(0);
  EXPECT_FALSE(has_lease(*record, kSamba, kHome, kNow, policy));
  policy.leases.clear();
  EXPECT_FALSE(has_lease(*record, kSamba, kHome, kNow, policy));
}

TEST(Lease, IsNotLengthenedByALongerConfiguration) {
  const auto record = leased();
  auto policy = shipped_policy();
  policy.leases[0].length = days(10);
  EXPECT_FALSE(has_lease(*record, kSamba, kHome, kNow + Seconds(36000), policy));
}

TEST(Lease, OfAnAdministratorLastsAtMostThirtyOneDays) {
  auto record = alice();
  const LeaseTerms month{ServiceName(), days(31), {kSshd, kSamba}};
  grant_lease(*record, month, kHome, kNow);
  EXPECT_TRUE(opens(record, kSshd, kHome, kNow + days(31) - Seconds(1)));
  EXPECT_TRUE(opens(record, kSamba, kHome, kNow + days(31) - Seconds(1)));
  EXPECT_FALSE(opens(record, kSamba, kHome, kNow + days(31)));
  const LeaseTerms longer{ServiceName(), days(31) + Seconds(1), {kSshd, kSamba}};
  grant_lease(*record, longer, kHome, kNow);
  EXPECT_FALSE(opens(record, kSamba, kHome, kNow));
}

TEST(Lease, IsReplacedByALaterOneOfTheSameServiceAndAddress) {
  auto record = leased();
  grant_lease(*record, *terms_of(kSshd, shipped_policy()), kHome, kNow + Seconds(100));
  EXPECT_EQ(std::ranges::count_if(record->leases, &Lease::used), 1);
  EXPECT_TRUE(opens(record, kSamba, kHome, kNow + Seconds(36099)));
  grant_lease(*record, *terms_of(kSamba, shipped_policy()), kHome, kNow);
  grant_lease(*record, *terms_of(kSshd, shipped_policy()), kElsewhere, kNow);
  EXPECT_EQ(std::ranges::count_if(record->leases, &Lease::used), 3);
}

TEST(Lease, ThatEndsFirstGoesFromAFullTable) {
  auto record = alice();
  for (unsigned n = 0; n < 17; ++n) {
    grant_lease(*record, *terms_of(kSshd, shipped_policy()), client_of(address_of(n)), kNow + Seconds(n));
  }
  EXPECT_FALSE(opens(record, kSamba, client_of(address_of(0)), kNow + Seconds(20)));
  for (unsigned n = 1; n < 17; ++n) EXPECT_TRUE(opens(record, kSamba, client_of(address_of(n)), kNow + Seconds(20)));
}

TEST(Lease, OfTheFutureGoesFirstFromAFullTable) {
  auto record = alice();
  for (unsigned n = 0; n < 16; ++n) {
    grant_lease(*record, *terms_of(kSshd, shipped_policy()), client_of(address_of(n)), kNow + days(365));
  }
  for (unsigned n = 100; n < 116; ++n) {
    grant_lease(*record, *terms_of(kSshd, shipped_policy()), client_of(address_of(n)), kNow);
  }
  for (unsigned n = 100; n < 116; ++n) EXPECT_TRUE(opens(record, kSamba, client_of(address_of(n)), kNow)) << n;
}

TEST(Lease, KeepsTheNamesOfItsServices) {
  auto record = alice();
  grant_lease(*record, {kSshd, Seconds(60), {kSamba, service_of("fifteen-letters"), service_of("a")}}, kHome, kNow);
  EXPECT_EQ(record->leases[0].opens.view(), "samba,fifteen-letters,a");
  EXPECT_EQ(services_of(record->leases[0]),
            (std::vector<ServiceName>{kSamba, service_of("fifteen-letters"), service_of("a")}));
}

TEST(Lease, OpensNothingWhereTheNamesDoNotFit) {
  auto record = alice();
  const auto a = service_of("fifteen-lettera");
  grant_lease(*record, {kSshd, Seconds(60), {a, service_of("fifteen-letterb"), kSamba}}, kHome, kNow);
  EXPECT_FALSE(opens(record, a, kHome, kNow));
  EXPECT_TRUE(services_of(record->leases[0]).empty());
}

TEST(LeaseTerms, AreNothingWithoutLengthOrServices) {
  auto policy = shipped_policy();
  EXPECT_EQ(terms_of(kSshd, policy)->length, Seconds(36000));
  EXPECT_FALSE(terms_of(service_of("su"), policy));
  policy.leases[0].length = Seconds(0);
  policy.leases[1].opens.clear();
  EXPECT_FALSE(terms_of(kSshd, policy));
  EXPECT_FALSE(terms_of(kSamba, policy));
}

constexpr ProofNonce kNonce = {1, 2, 3};

SecretRecord proved() {
  auto record = alice();
  add_proof(*record, kNonce, kSshd, kHome, kNow);
  return record;
}

bool has_proof(const SecretRecord& record, const ProofNonce& nonce, const ServiceName& service, const ClientKey& client,
               UnixTime now) {
  return find_proof(*record, nonce, service, client, now) != nullptr;
}

TEST(Proof, ServesItsOwnLoginOnly) {
  const auto record = proved();
  EXPECT_TRUE(has_proof(record, kNonce, kSshd, kHome, kNow));
  EXPECT_FALSE(has_proof(record, {1, 2, 4}, kSshd, kHome, kNow));
  EXPECT_FALSE(has_proof(record, kNonce, kSamba, kHome, kNow));
  EXPECT_FALSE(has_proof(record, kNonce, kSshd, kElsewhere, kNow));
}

TEST(Proof, LivesTenMinutes) {
  const auto record = proved();
  EXPECT_TRUE(has_proof(record, kNonce, kSshd, kHome, kNow + Seconds(600)));
  EXPECT_FALSE(has_proof(record, kNonce, kSshd, kHome, kNow + Seconds(601)));
  EXPECT_FALSE(has_proof(record, kNonce, kSshd, kHome, kNow - Seconds(1)));
}

TEST(Proof, IsNotFoundInAFreeRow) {
  EXPECT_FALSE(has_proof(alice(), {}, {}, {}, {0}));
  EXPECT_FALSE(has_proof(alice(), {}, {}, {}, {100}));
}

TEST(Proof, ServesOnceWhenItIsRemoved) {
  auto record = proved();
  add_proof(*record, {9}, kSshd, kHome, kNow);
  remove_proof(*record, kNonce);
  EXPECT_FALSE(has_proof(record, kNonce, kSshd, kHome, kNow));
  EXPECT_TRUE(has_proof(record, {9}, kSshd, kHome, kNow));
  remove_proof(*record, {8});
  EXPECT_TRUE(has_proof(record, {9}, kSshd, kHome, kNow));
}

TEST(Proof, ThatIsOldestGoesFromAFullTable) {
  auto record = alice();
  for (std::uint8_t n = 1; n <= 9; ++n) add_proof(*record, {n}, kSshd, kHome, kNow + Seconds(n));
  EXPECT_FALSE(has_proof(record, {1}, kSshd, kHome, kNow + Seconds(10)));
  for (std::uint8_t n = 2; n <= 9; ++n) EXPECT_TRUE(has_proof(record, {n}, kSshd, kHome, kNow + Seconds(10)));
}

TEST(Proof, OfTheFutureGoesFirstFromAFullTable) {
  auto record = alice();
  for (std::uint8_t n = 1; n <= 8; ++n) add_proof(*record, {n}, kSshd, kHome, kNow + days(365));
  for (std::uint8_t n = 11; n <= 18; ++n) add_proof(*record, {n}, kSshd, kHome, kNow);
  for (std::uint8_t n = 11; n <= 18; ++n) EXPECT_TRUE(has_proof(record, {n}, kSshd, kHome, kNow));
}

}  // namespace
}  // namespace twinlock
