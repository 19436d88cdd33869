/// Encodes the tracker's messages in pieces: a transfer may have a hundred thousand presences.

#include <map>

#include "base/check.h"
#include "etf/writer.h"
#include "presence/meta_term.h"
#include "presence/wire.h"

namespace phx::presence {
namespace {

using etf::Writer;

class Encoder {
 public:
  explicit Encoder(const PidSpace& pids) : pids_(pids) {}

  void operator()(const Heartbeat& beat) {
    head(5, "heartbeat");
    ref(beat.from);
    beat.delta ? delta(*beat.delta) : writer_.atom("empty");
    clocks(beat.clocks);
  }
  void operator()(const TransferRequest& request) {
    head(5, "transfer_req");
    request_ref(request.ref, request.after);
    ref(request.from);
    clocks(request.clocks);
  }
  void operator()(const TransferAck& ack) {
    ack_head(ack);
    std::visit([this](const auto& one) { transfer(one); }, ack.transfer);
  }
  /// Piece after piece.
  void operator()(const LongAck& piece) {
    if (piece.head) {
      ack_head(*piece.head);
      writer_.tuple(2);
      snapshot(std::get<Snapshot>(piece.head->transfer));
      open_values_ = writer_.open_map();
    }
    count_ += pairs_of(piece.parts);
    if (piece.is_last) writer_.close_map(open_values_, count_);
  }
  void operator()(const GracefulPermdown& farewell) {
    head(3, "graceful_permdown");
    ref(farewell.from);
  }

  std::string take() { return writer_.take(); }

 private:
  void head(std::size_t size, std::string_view what) {
    writer_.tuple(size);
    writer_.atom("pub");
    writer_.atom(what);
  }

  void ack_head(const TransferAck& ack) {
    head(5, "transfer_ack");
    request_ref(ack.ref, ack.after);
    ref(ack.from);
  }
  /// Marks requests for pages, and pages, among replicas of this library.
  void request_ref(const etf::Term& term, const std::optional<Clocks>& after) {
    if (!after) return writer_.term(term);
    writer_.tuple(2);
    writer_.atom(page_atom);
    counts(*after);
  }

  void transfer(const Delta& one) { delta(one); }
  void transfer(const Snapshot& one) {
    writer_.tuple(2);
    snapshot(one);
    values(one.parts);
  }

  // The struct's pairs, ordered by name.

  void delta(const Delta& delta) {
    state_struct(delta.parts, delta.context, "delta");
    range(delta.start, delta.end);
    writer_.atom("replica");
    ref(delta.replica);
    writer_.atom("replicas");
    writer_.map(0);
    writer_.atom("values");
    values(delta.parts);
  }

  void snapshot(const Snapshot& snapshot) {
    state_struct(snapshot.parts, snapshot.context, "normal");
    range({}, {});
    writer_.atom("replica");
    ref(snapshot.replica);
    writer_.atom("replicas");
    writer_.map(snapshot.is_up.size());
    for (const auto& [one, is_up] : snapshot.is_up) {
      ref(one);
      writer_.atom(is_up ? "up" : "down");
    }
    writer_.atom("values");
    writer_.atom("nil");
  }

  void state_struct(const Parts& parts, const Clocks& context, std::string_view mode) {
    writer_.map(10);
    struct_name("Elixir.Phoenix.Tracker.State");
    writer_.atom("clouds");
    clouds(parts);
    writer_.atom("context");
    counts(context);
    writer_.atom("delta");
    writer_.atom("unset");
    writer_.atom("mode");
    writer_.atom(mode);
    writer_.atom("pids");
    writer_.atom("nil");
  }

  void struct_name(std::string_view name) {
    writer_.atom("__struct__");
    writer_.atom(name);
  }

  void range(const Clocks& start, const Clocks& end) {
    writer_.atom("range");
    writer_.tuple(2);
    counts(start);
    counts(end);
  }

  void clouds(const Parts& parts) {
    writer_.map(parts.size());
    for (const auto& [whose, part] : parts) {
      ref(whose);
      writer_.map(2);
      struct_name("Elixir.MapSet");
      writer_.atom("map");
      writer_.map(part.cloud.size());
      for (const auto& [first, last] : part.cloud.ranges()) {
        for (Count count = first; count <= last; ++count) {
          tag(whose, count);
          writer_.empty_list();
        }
      }
    }
  }

  void values(const Parts& parts) {
    const std::size_t map = writer_.open_map();
    writer_.close_map(map, pairs_of(parts));
  }
  std::size_t pairs_of(const Parts& parts) {
    std::size_t size = 0;
    for (const auto& [whose, part] : parts) {
      size += part.values.size();
      for (const auto& [count, one] : part.values) {
        tag(whose, count);
        value(*one, count);
      }
    }
    return size;
  }

  /// Another node's presence is passed on unchanged.
  void value(const Value& value, Count count) {
    if (!value.written.empty()) return writer_.raw(value.written);
    writer_.tuple(4);
    writer_.term(pids_.pid(count));
    writer_.binary(value.topic);
    writer_.binary(value.key);
    meta(value.meta);
  }

  /// `phx_ref` and `phx_ref_prev` are atoms, as Phoenix expects; the other keys came from JSON.
  void meta(const Meta& meta) {
    const auto members = meta.shown().sorted_members();
    writer_.map(members.size());
    for (const auto& [name, member] : members) {
      name == "phx_ref" || name == "phx_ref_prev" ? writer_.atom(name) : writer_.binary(name);
      write_json(writer_, member);
    }
  }

  void clocks(const ReplicaClocks& clocks) {
    writer_.tuple(2);
    ref(clocks.replica);
    counts(clocks.clocks);
  }

  void counts(const Clocks& clocks) {
    writer_.map(clocks.size());
    for (const auto& [whose, count] : clocks) {
      ref(whose);
      writer_.integer(static_cast<long long>(count));
    }
  }

  void tag(const ReplicaRef& whose, Count count) {
    writer_.tuple(2);
    ref(whose);
    writer_.integer(static_cast<long long>(count));
  }

  /// Each is encoded once, and copied afterwards.
  void ref(const ReplicaRef& one) {
    std::string& written = refs_[one];
    if (written.empty()) {
      Writer writer;
      writer.tuple(2);
      writer.term(one.name());
      writer.term(one.vsn());
      written = writer.take().substr(1);
    }
    writer_.raw(written);
  }

  const PidSpace& pids_;
  Writer writer_;
  std::map<ReplicaRef, std::string> refs_;
  std::size_t open_values_ = 0, count_ = 0;  // of a long answer
};

}  // namespace

struct LongAckWriter::Encoder : presence::Encoder {
  using presence::Encoder::Encoder;
};

LongAckWriter::LongAckWriter(const PidSpace& pids) : encoder_(std::make_unique<Encoder>(pids)) {}
LongAckWriter::~LongAckWriter() = default;
void LongAckWriter::write(const LongAck& piece) { (*encoder_)(piece); }
std::string LongAckWriter::take() { return encoder_->take(); }

etf::Pid PidSpace::pid(Count count) const {
  return {node, static_cast<std::uint32_t>(count), static_cast<std::uint32_t>(count >> 32),
          creation};
}

std::string encode(const TrackerMessage& message, const PidSpace& pids) {
  Encoder encoder(pids);
  std::visit(encoder, message);
  return encoder.take();
}

}  // namespace phx::presence
