/// Decodes the tracker's messages, and checks everything.

#include <utility>
#include <vector>

#include "etf/writer.h"
#include "presence/meta_term.h"
#include "presence/shared_state.h"
#include "presence/wire.h"

namespace phx::presence {
namespace {

using etf::Term;

const Term& member(const Term& term, const char* name) {
  const Term* found = term.find_atom(name);
  if (found == nullptr) throw WireError("expected a struct with " + std::string(name));
  return *found;
}

const etf::Map& map_of(const Term& term, const char* what) {
  const auto* map = term.get<etf::Map>();
  if (map == nullptr) throw WireError("expected a map: " + std::string(what));
  return *map;
}

/// Another node could invent any number of replicas.
const etf::Map& few(const etf::Map& map) {
  if (map.pairs.size() > SharedState::max_replicas) throw WireError("expected fewer replicas");
  return map;
}

const std::vector<Term>& pair_of(const Term& term, const char* what) {
  const auto* items = term.tuple_of(2);
  if (items == nullptr) throw WireError("expected a pair: " + std::string(what));
  return *items;
}

class Decoder {
 public:
  TrackerMessage message(const Term& term) {
    if (const auto* items = term.tuple_of(5); items != nullptr && (*items)[0].is_atom("pub")) {
      if ((*items)[1].is_atom("heartbeat")) return heartbeat(*items);
      if ((*items)[1].is_atom("transfer_req")) {
        return TransferRequest{short_or_nil((*items)[2]), ref((*items)[3]), clocks((*items)[4]),
                               page((*items)[2])};
      }
      if ((*items)[1].is_atom("transfer_ack")) return ack(*items);
    }
    if (const auto* items = term.tuple_of(3); items != nullptr && (*items)[0].is_atom("pub") &&
                                              (*items)[1].is_atom("graceful_permdown")) {
      return GracefulPermdown{ref((*items)[2])};
    }
    throw WireError("expected a message of the tracker");
  }

  std::size_t unreadable() const { return unreadable_; }

 private:
  TrackerMessage heartbeat(const std::vector<Term>& items) {
    Heartbeat beat{ref(items[2]), {}, clocks(items[4])};
    if (!items[3].is_atom("empty")) beat.delta = delta(items[3]);
    return beat;
  }

  TransferAck ack(const std::vector<Term>& items) {
    TransferAck ack{items[2], ref(items[3]), transfer(items[4]), page(items[2])};
    auto* snapshot = std::get_if<Snapshot>(&ack.transfer);
    if (snapshot != nullptr && ack.after) snapshot->after = *ack.after;
    return ack;
  }

  /// A request's ref returns with the answer, where nobody reads it: a compressed one of 32 MB must
  /// not make this node send as much.
  static Term short_or_nil(const Term& request_ref) {
    constexpr std::size_t enough = 256;  // a reference of Erlang's has 40 bytes
    return etf::encode(request_ref).size() <= enough ? request_ref : Term::atom("nil");
  }

  /// Any other ref has no meaning here.
  std::optional<Clocks> page(const Term& request_ref) {
    const auto* items = request_ref.tuple_of(2);
    if (items == nullptr || !(*items)[0].is_atom(page_atom)) return {};
    return counts((*items)[1]);
  }

  Transfer transfer(const Term& term) {
    if (const auto* items = term.tuple_of(2)) return snapshot((*items)[0], (*items)[1]);
    return delta(term);
  }

  Delta delta(const Term& term) {
    if (!member(term, "mode").is_atom("delta")) throw WireError("expected the mode delta");
    const auto& range = pair_of(member(term, "range"), "range");
    Delta delta{
        replica(term), counts(member(term, "context")), {}, counts(range[0]), counts(range[1])};
    clouds(member(term, "clouds"), delta.parts);
    values(member(term, "values"), delta.parts);
    return delta;
  }

  Snapshot snapshot(const Term& term, const Term& presences) {
    Snapshot snapshot{replica(term), counts(member(term, "context")), {}, {}};
    clouds(member(term, "clouds"), snapshot.parts);
    values(presences, snapshot.parts);
    if (const Term* replicas = term.find_atom("replicas")) {
      for (const auto& [one, status] : few(map_of(*replicas, "replicas")).pairs) {
        snapshot.is_up.emplace(ref(one), status.is_atom("up"));
      }
    }
    return snapshot;
  }

  /// It may be missing: it is not used.
  ReplicaRef replica(const Term& term) {
    const Term* found = term.find_atom("replica");
    return found == nullptr || found->tuple_of(2) == nullptr ? ReplicaRef() : ref(*found);
  }

  void clouds(const Term& term, Parts& parts) {
    for (const auto& [whose, set] : few(map_of(term, "clouds")).pairs) {
      Cloud& cloud = parts[ref(whose)].cloud;
      for (const auto& [tag, nothing] : map_of(member(set, "map"), "a MapSet").pairs) {
        const auto& items = pair_of(tag, "a tag");
        if (!(items[0] == whose)) throw WireError("expected tags of the cloud's own replica");
        cloud.insert(operation(items[1]));
      }
    }
  }

  void values(const Term& term, Parts& parts) {
    const ReplicaRef* last = nullptr;
    Part* part = nullptr;
    for (const auto& [tag, presence] : map_of(term, "values").pairs) {
      const auto& items = pair_of(tag, "a tag");
      const ReplicaRef& whose = ref(items[0]);
      if (last != &whose) part = &parts[whose];
      last = &whose;
      const Count count = operation(items[1]);
      if (ValuePtr one = value(presence, count)) {
        part->values.emplace(count, std::move(one));
      } else {
        part->cloud.insert(count);  // it can't be shown to clients
        ++unreadable_;
      }
    }
  }

  ValuePtr value(const Term& term, Count count) const {
    const auto* items = term.tuple_of(4);
    if (items == nullptr) throw WireError("expected {Pid, Topic, Key, Meta}");
    const auto* topic = (*items)[1].get<std::string>();
    const auto key = text_of((*items)[2]);
    const Term& meta = (*items)[3];
    if (topic == nullptr || !text_of((*items)[1]) || !key || meta.get<etf::Map>() == nullptr) {
      return nullptr;
    }
    auto said = json_of(meta);
    if (!said || !said->is_object()) return nullptr;  // a DateTime, for example, becomes a text
    // A meta without a ref gets one, so that clients can tell it from others.
    std::string phx_ref = (*said)["phx_ref"].string_or("of-" + std::to_string(count));
    return std::make_shared<const Value>(Value{
        *topic, *key, {{}, std::move(phx_ref), std::move(*said)}, etf::encode(term).substr(1)});
  }

  ReplicaClocks clocks(const Term& term) {
    const auto& items = pair_of(term, "{Ref, Clocks}");
    return {ref(items[0]), counts(items[1])};
  }

  Clocks counts(const Term& term) {
    Clocks counts;
    for (const auto& [whose, count] : few(map_of(term, "clocks")).pairs) {
      counts.emplace(ref(whose), number(count));
    }
    return counts;
  }

  /// A replica is named many times: all share one ReplicaRef.
  const ReplicaRef& ref(const Term& term) {
    if (last_ != nullptr && last_->first == term) return last_->second;
    const auto found = refs_.find(term);
    if (found != refs_.end()) {
      last_ = &*found;
      return last_->second;
    }
    const auto& items = pair_of(term, "{Name, Vsn}");
    if (items[1].get<long long>() == nullptr && items[1].get<etf::BigInteger>() == nullptr) {
      throw WireError("expected a version that is an integer");
    }
    last_ = &*refs_.emplace(term, ReplicaRef(items[0], items[1])).first;
    return last_->second;
  }

  static Count number(const Term& term) {
    const auto* count = term.get<long long>();
    if (count == nullptr || *count < 0) throw WireError("expected a clock");
    return static_cast<Count>(*count);
  }
  static Count operation(const Term& term) {
    const Count count = number(term);
    if (count == 0) throw WireError("expected a clock above 0");
    return count;
  }

  std::map<Term, ReplicaRef> refs_;
  const std::pair<const Term, ReplicaRef>* last_ = nullptr;
  std::size_t unreadable_ = 0;
};

}  // namespace

Decoded decode(const Term& term) {
  Decoder decoder;
  Decoded decoded{decoder.message(term)};
  decoded.unreadable = decoder.unreadable();
  return decoded;
}

std::shared_ptr<const OwnName> own_name_in(etf::Reader& reader) {
  if (reader.tuple() != 5 || !reader.term().is_atom("pub") || !reader.term().is_atom("heartbeat")) {
    return nullptr;
  }
  const Term ref = reader.term();
  const auto& items = pair_of(ref, "{Name, Vsn}");
  return std::make_shared<const OwnName>(ReplicaRef(items[0], items[1]));
}

std::shared_ptr<const TrackerEvent> tracker_event_in(const Term& term) {
  Decoded decoded = decode(term);
  auto said = std::make_shared<TrackerEvent>();
  said->unreadable = decoded.unreadable;
  auto* ack = std::get_if<TransferAck>(&decoded.message);
  auto* snapshot = ack == nullptr ? nullptr : std::get_if<Snapshot>(&ack->transfer);
  if (snapshot == nullptr) {
    said->messages.push_back(std::move(decoded.message));
    return said;
  }
  for (Snapshot& slice : sliced(std::move(*snapshot), slice_size)) {
    said->messages.push_back(TransferAck{ack->ref, ack->from, std::move(slice), ack->after, true});
  }
  std::get<TransferAck>(said->messages.back()).has_more = false;
  return said;
}

}  // namespace phx::presence
