#pragma once
/// \file
/// How replicas of this library ask each other for presences: at once, each for its own, and a page
/// at a time.
///
/// The next page is requested when the last one has been merged. So no message is long, encoding
/// one never takes a long turn, and nothing waits for a tick. A page states what has become of the
/// operations `after` one up to another. Pages are sent later than the clock that prompted the
/// request, so all of them together bring the replica to that clock. To and from Phoenix nodes,
/// transfers go as Phoenix does them: see Replica.

#include <map>

#include "base/time.h"
#include "presence/delta.h"

namespace phx::presence {

/// A replica's version, from microseconds, in a range of its own and with a checksum, so that other
/// replicas recognise this library.
long long own_vsn(long long micros);
bool understands_pages(const ReplicaRef& replica);

/// The pages that a replica has requested. A value; reads no clock.
class Pages {
 public:
  /// The clocks once all requested pages have been merged.
  Clocks expected(Clocks known) const;
  /// Up to which operation of this replica pages are requested; 0 if none are.
  Count up_to(const ReplicaRef& replica) const;
  /// `from` is asked for the operations of these replicas up to these, and no other node until
  /// `until`.
  void ask(const ReplicaRef& from, const Clocks& up_to, Clock::time_point until);
  /// The next page to request of `from`: after which operation of each replica. Empty if none.
  Clocks next(const ReplicaRef& from) const;
  /// For a page of `from`, or a slice of one: removes from it what is not the next part requested,
  /// and what goes beyond the request. The rest may take until `until`.
  void take(const ReplicaRef& from, Snapshot& page, Clock::time_point until);
  /// `from` has answered with a delta, or is gone: no more pages come.
  void forget(const ReplicaRef& from);
  void expire(Clock::time_point now);
  bool empty() const { return asked_.empty(); }

 private:
  struct Asked {
    ReplicaRef from;
    Count after = 0;
    Count up_to = 0;
    Clock::time_point until;
  };
  std::map<ReplicaRef, Asked> asked_;  // by whose presences they are
};

}  // namespace phx::presence
