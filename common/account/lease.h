// Leases and proofs: what an accepted code earns beyond its own moment.
//
// A proof belongs to one login and dies of age or when its session opens. A lease lets this user in again from this
// address, without a code, at the services that it names.
#pragma once

#include <optional>

#include "account/decision_policy.h"
#include "account/record.h"

namespace twinlock {

/// The longest lease that an administrator may grant by hand.
inline constexpr Seconds kMaxGrantedLease = days(31);
/// How long a login may take from its code to its session: covers any sensible LoginGraceTime.
inline constexpr Seconds kProofLife{600};

/// Whether this lease holds now. Void, whatever its `until` says, when it was granted in the future or lasts longer
/// than the configuration allows to the service that earned it: times that cannot be open nothing.
[[nodiscard]] bool is_valid(const Lease& lease, UnixTime now, const DecisionPolicy& policy);

/// Whether a valid lease opens `service` to this client.
[[nodiscard]] bool has_lease(const Record& record, const ServiceName& service, const ClientKey& client, UnixTime now,
                             const DecisionPolicy& policy);

/// The services that a lease opens, in their stored order.
[[nodiscard]] std::vector<ServiceName> services_of(const Lease& lease);

/// What a code given at `service` earns; nullopt: nothing.
[[nodiscard]] std::optional<LeaseTerms> terms_of(const ServiceName& service, const DecisionPolicy& policy);

/// Grants what `terms` say. A lease that the same service earned this client before is replaced, as is one that an
/// administrator granted for the same services; in a full table the one that ends first goes.
void grant_lease(Record& record, const LeaseTerms& terms, const ClientKey& client, UnixTime now);

/// Ends every lease that a code has earned, and every proof: for when a token is no longer to be trusted. Leases that
/// an administrator granted stay.
void revoke_earned(Record& record);

/// Notes that the login with `nonce` gave a right code. In a full table the oldest proof goes.
void add_proof(Record& record, const ProofNonce& nonce, const ServiceName& service, const ClientKey& client,
               UnixTime now);

/// nullptr: no proof of this login that is at most kProofLife old.
[[nodiscard]] const Proof* find_proof(const Record& record, const ProofNonce& nonce, const ServiceName& service,
                                      const ClientKey& client, UnixTime now);

/// Removes the proof, so that it serves once.
void remove_proof(Record& record, const ProofNonce& nonce);

}  // namespace twinlock
