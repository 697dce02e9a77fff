#include "account/lease.h"

#include <algorithm>
#include <string>

#include "account/tables.h"
#include "crypto/hmac.h"

namespace twinlock {
namespace {

Seconds longest_allowed(const ServiceName& origin, const DecisionPolicy& policy) {
  if (origin.empty()) return kMaxGrantedLease;
  const auto terms = terms_of(origin, policy);
  return terms ? terms->length : Seconds(0);
}

FixedText<32> joined(const std::vector<ServiceName>& services) {
  FixedText<32> text;
  std::string names;
  for (const ServiceName& service : services) names += (names.empty() ? "" : ",") + std::string(service.text());
  if (names.size() <= text.bytes.size()) std::ranges::copy(names, text.bytes.begin());  // the config reader sees to it
  return text;
}

bool opens(const Lease& lease, const ServiceName& service) {
  const auto services = services_of(lease);
  return std::ranges::find(services, service) != services.end();
}

}  // namespace

bool is_valid(const Lease& lease, UnixTime now, const DecisionPolicy& policy) {
  return lease.used() && lease.granted <= now && now < lease.until &&
         lease.until - lease.granted <= longest_allowed(lease.origin, policy);
}

bool has_lease(const Record& record, const ServiceName& service, const ClientKey& client, UnixTime now,
               const DecisionPolicy& policy) {
  return std::ranges::any_of(record.leases, [&](const Lease& lease) {
    return is_valid(lease, now, policy) && lease.client == client && opens(lease, service);
  });
}

std::vector<ServiceName> services_of(const Lease& lease) {
  std::vector<ServiceName> services;
  std::string_view rest = lease.opens.view();
  while (!rest.empty()) {
    const auto name = rest.substr(0, rest.find(','));
    if (const auto service = ServiceName::parse(name)) services.push_back(*service);
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  }
  return services;
}

std::optional<LeaseTerms> terms_of(const ServiceName& service, const DecisionPolicy& policy) {
  const auto terms = std::ranges::find(policy.leases, service, &LeaseTerms::service);
  if (terms == policy.leases.end() || terms->length <= Seconds(0) || terms->opens.empty()) return std::nullopt;
  return *terms;
}

void grant_lease(Record& record, const LeaseTerms& terms, const ClientKey& client, UnixTime now) {
  const FixedText<32> names = joined(terms.opens);
  const auto earlier = std::ranges::find_if(record.leases, [&](const Lease& lease) {
    const bool same_grant = !lease.origin.empty() || lease.opens == names;
    return lease.used() && lease.client == client && lease.origin == terms.service && same_grant;
  });
  const auto rank = [&](const Lease& lease) { return lease.granted > now ? UnixTime{} : lease.until; };
  const auto ends_first = [&](const Lease& a, const Lease& b) { return rank(a) < rank(b); };
  Lease& lease = earlier != record.leases.end() ? *earlier : row_for_new_entry(record.leases, ends_first);
  lease = {client, now, now + terms.length, terms.service, names};
}

void revoke_earned(Record& record) {
  record.proofs = {};
  for (Lease& lease : record.leases) {
    if (!lease.origin.empty()) lease = {};
  }
}

void add_proof(Record& record, const ProofNonce& nonce, const ServiceName& service, const ClientKey& client,
               UnixTime now) {
  const auto older = [&](const Proof& a, const Proof& b) { return age_rank(a.made, now) < age_rank(b.made, now); };
  row_for_new_entry(record.proofs, older) = {nonce, client, service, now};
}

const Proof* find_proof(const Record& record, const ProofNonce& nonce, const ServiceName& service,
                        const ClientKey& client, UnixTime now) {
  const auto proof = std::ranges::find_if(record.proofs, [&](const Proof& p) {
    return p.used() && equal_in_constant_time(p.nonce, nonce) && p.service == service && p.client == client &&
           p.made <= now && now - p.made <= kProofLife;
  });
  return proof == record.proofs.end() ? nullptr : &*proof;
}

void remove_proof(Record& record, const ProofNonce& nonce) {
  for (Proof& proof : record.proofs) {
    if (proof.used() && equal_in_constant_time(proof.nonce, nonce)) proof = {};
  }
}

}  // namespace twinlock
