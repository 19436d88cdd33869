/// Frames and messages of version 3, played at random: each kind of value in each place, sizes on
/// both sides of each head, frames that are cut short, go on, or promise too much. Maps have no key
/// twice: which one counts, the contract leaves open.

#include "chapters/07-the-serializer/exercise-messagepack/messagepack.h"

#include <algorithm>

#include "chapters/workshop/play.h"

namespace {

using namespace phx;
using namespace phx::serializer;
using exercise::Sequence;

using Bytes = std::string;

/// The heads' bytes, and the rest: `of({0x92}, …)`.
Bytes of(std::initializer_list<int> heads, const Bytes& rest = {}) {
  Bytes bytes;
  for (const int head : heads) bytes += static_cast<char>(head);
  return bytes + rest;
}

// --- Frames that come in ------------------------------------------------------------------------

Bytes name_of(Sequence& steps) {
  return steps.of<Bytes>({of({0xa1}, "t"), of({0xa0}), of({0xd9, 2}, "ab"), of({0xda, 0, 1}, "c"),
                          of({0xa1, 0xff}), of({0xa2, 0, 'x'}), of({0xdb, 0, 0, 0, 1}, "d")});
}
Bytes part_of(Sequence& steps, bool may_be_nil) {
  const unsigned how = steps.below(12);
  if (how == 11) return steps.of<Bytes>({of({7}), of({0xc2}), of({0xc4, 1}, "b"), of({0x90})});
  if (how >= 8) return may_be_nil || how == 8 ? of({0xc0}) : of({0xa1}, "n");
  return name_of(steps);
}

/// A value without values in it.
Bytes leaf_of(Sequence& steps) {
  const unsigned kind = steps.below(8);
  if (kind == 0) return steps.of<Bytes>({of({0xc0}), of({0xc2}), of({0xc3})});
  if (kind == 1) return name_of(steps);
  if (kind == 2) {
    return steps.of<Bytes>({of({7}), of({0xff}), of({0xcc, 200}), of({0xcd, 0, 1}),
                            of({0xd0, 0x80}), of({0xd1, 0x80, 0}), of({0xd2, 0x80, 0, 0, 0})});
  }
  if (kind == 3) {
    const int first = steps.of({0x7f, 0x80, 0xff, 0x00, 0x00});
    const Bytes rest = steps.of<Bytes>({Bytes(7, '\xff'), Bytes(7, '\0'), Bytes(6, '\0') + "\5"});
    return of({steps.of({0xcf, 0xd3}), first}, rest);
  }
  if (kind == 4) {  // 1.5, 2.0, -0.0, 1e19, NaN, infinite; as a double, or as a float
    const Bytes zeros = Bytes(6, '\0');
    return steps.of<Bytes>({of({0xcb, 0x3f, 0xf8}, zeros), of({0xcb, 0x40, 0x00}, zeros),
                            of({0xcb, 0x80, 0x00}, zeros), of({0xca, 0x3f, 0xc0, 0, 0}),
                            of({0xcb, 0x7f, 0xf8}, zeros), of({0xcb, 0xff, 0xf0}, zeros),
                            of({0xca, 0x7f, 0x80, 0, 0})});
  }
  if (kind == 5) {
    return steps.of<Bytes>({of({0xc4, 2}, Bytes("\0b", 2)), of({0xc4, 0}), of({0xc5, 0, 1}, "b"),
                            of({0xc6, 0, 0, 0, 1}, "b")});
  }
  if (kind == 6) return steps.of<Bytes>({of({0xd4, 1}, "x"), of({0xc7, 0, 1}), of({0xc1})});
  return steps.of<Bytes>({of({0x80}), of({0x90}), of({0xdc, 0, 0}), of({0xde, 0, 0})});
}

/// A value in lists, in maps, under keys of all kinds, or deep down.
Bytes value_of(Sequence& steps) {
  const Bytes leaf = leaf_of(steps);
  switch (steps.below(6)) {
    case 0: return of({0x92}, leaf + of({0xa1}, "z"));
    case 1: return of({0x81}, name_of(steps) + leaf);
    case 2: return of({0x82, 0xa1, 'k'}, leaf + leaf_of(steps) + of({1}));
    case 3: return of({0xdd, 0, 0, 0, 1}, of({0xdf, 0, 0, 0, 1, 0xa1, 'k'}, leaf));
    default: return leaf;
  }
}
Bytes deep(Sequence& steps) {
  const std::size_t times = steps.of({99UL, 100UL, 98UL, 101UL, 49UL, 50UL, 51UL});
  const Bytes around = steps.of<Bytes>({of({0x91}), of({0x81, 0xa0})});
  const Bytes within = steps.of<Bytes>({of({0xc0}), of({0x90}), of({0x80}), of({0xa1}, "t")});
  Bytes bytes;
  for (std::size_t i = 0; i < times; ++i) bytes += around;
  return bytes + within;
}
/// Four thousand millions of something, or fewer, of which none comes.
Bytes promise(Sequence& steps) {
  const int head = steps.of({0xdd, 0xdf, 0xdb, 0xc6, 0xc9});
  return of({head, steps.of({0xff, 0x10, 0x00}), 0xff, 0xff, 0xf0});
}

Frame push_of(const Bytes& payload) {
  return {Frame::binary, of({0x95, 0xa1, '1', 0xa1, '2', 0xa1, 't', 0xa1, 'e'}, payload)};
}

std::string text_of(const Opaque& part) {
  return part.is_null() ? "nil" : "\"" + std::string(part.text()) + "\"";
}
std::string text_of(const SocketMessage& m) {
  return text_of(m.join_ref) + ", " + text_of(m.ref) + ", " + text_of(m.topic) + ", " +
         text_of(m.event) +
         (m.payload.is_binary() ? ", bytes " + std::string(m.payload.view())
                                : ", JSON " + m.payload.json().dump());
}
/// Of a long one its ends, its size, and a number that all bytes have a part in.
std::string text_of(const Frame& frame) {
  const std::string_view bytes = frame.bytes;
  const std::string kind = frame.opcode == Frame::binary ? "binary " : "text ";
  if (bytes.size() <= 400) return kind + frame.bytes;
  std::uint32_t sum = 0;
  for (const char byte : bytes) sum = sum * 31 + static_cast<unsigned char>(byte);
  return kind + std::string(bytes.substr(0, 60)) + " … " +
         std::string(bytes.substr(bytes.size() - 60)) + " (" + std::to_string(bytes.size()) +
         " bytes, " + std::to_string(sum) + ")";
}

/// A good frame, to which one thing was done.
Frame spoilt(Sequence& steps) {
  Frame frame = push_of(steps.of<Bytes>({of({0x81, 0xa1, 'x', 0x92, 0xcd, 1, 2, 0xc0}),
                                         of({0xc4, 2, 'b', 0}), of({0xa2, 'a', 'b'})}));
  Bytes& bytes = frame.bytes;
  switch (steps.below(6)) {
    case 0: bytes.resize(bytes.size() - 1 - steps.below(7)); break;
    case 1: bytes.resize(steps.below(8)); break;
    case 2: bytes += steps.of<Bytes>({of({0}), of({0xc0}), of({0xc1}), bytes}); break;
    case 3: frame.opcode = Frame::text; break;
    case 4: bytes[0] = static_cast<char>(steps.of({0x94, 0x96, 0x90, 0x85, 0xdc})); break;
    default: bytes = of({0xdc, 0, steps.of({5, 4, 6})}, bytes.substr(1) + of({0xc0}));
  }
  return frame;
}

// --- Messages that go out -----------------------------------------------------------------------

Opaque opaque_of(Sequence& steps) {
  return steps.of<Opaque>({"1",
                           {},
                           "",
                           "\xc3\xa9\n",
                           std::string(31, 'x'),
                           std::string(32, 'x'),
                           std::string(256, 'x'),
                           std::string("a\0b", 3)});
}
Json number_of(Sequence& steps) {
  const std::int64_t edge = std::int64_t{1} << steps.of({5, 7, 8, 15, 16, 31, 32, 62});
  const std::int64_t integer = steps.of<std::int64_t>({edge, edge - 1, -edge, -edge - 1});
  if (steps.below(3) != 2) return integer;
  return steps.of<Json>({1.5, 2.0, -0.0, 1e19, -3.0, 0.1, 1e300, 16777217.0});
}
Json list_of(Sequence& steps, const Json& item) {
  Json list = Json::array();
  for (unsigned n = steps.of({0U, 1U, 15U, 16U, 300U}); n > 0; --n) list.append(item);
  return list;
}
/// Keys of one and two letters: "k10" stands before "k2".
Json map_of(Sequence& steps, const Json& member) {
  Json map = Json::object();
  for (unsigned n = steps.of({2U, 1U, 15U, 16U, 0U, 12U}); n > 0; --n)
    map.set("k" + std::to_string(n), member);
  return map;
}
Json json_of(Sequence& steps) {
  const Json leaf = steps.below(3) == 0
                        ? number_of(steps)
                        : steps.of<Json>({"a", "", true, false, nullptr, std::string(32, 'x'),
                                          std::string(256, 'x'), std::string("a\0b", 3)});
  switch (steps.below(4)) {
    case 0: return map_of(steps, leaf);
    case 1: return list_of(steps, leaf);
    case 2: return Json::object({{"b", map_of(steps, leaf)}, {"a", list_of(steps, leaf)}});
    default: return leaf;
  }
}
Payload payload_of(Sequence& steps) {
  const unsigned size = steps.of({1U, 0U, 255U, 256U, 65'536U});
  if (steps.below(4) == 3) return Payload::binary(Bytes(size, 'b'));
  const Json json = json_of(steps);
  return steps.below(4) == 3 ? json : Payload(Json::object({{"n", json}, {"a", 1}}));
}
std::string text_of(const Payload& payload) {
  if (payload.is_binary()) return std::to_string(payload.view().size()) + " bytes";
  return std::string(payload.view().substr(0, 300));
}

/// One of the numbers that decide what comes.
void encode(Sequence& steps, unsigned what) {
  const Serializer& v3 = exercise::v3_messagepack();
  const Opaque join_ref = opaque_of(steps);
  const Opaque topic = opaque_of(steps);
  const Payload payload = payload_of(steps);
  const Opaque ref = "2";
  const std::string names = text_of(join_ref) + ", \"2\", " + text_of(topic) + ", ";
  if (what == 5) {
    steps.does({1, 2, 4, 12, 16, 17, 18, 19}, "encode a push: " + names + text_of(payload));
    steps.comes_of([&] {
      return text_of(v3.encode(SocketMessage{join_ref, ref, topic, "e", payload}));
    });
  } else if (what == 6) {
    const Status status = steps.of({Status::ok, Status::error});
    steps.does(
        {13, 14, 16, 17, 18, 19},
        "encode a reply: " + names + std::string(to_string(status)) + ", " + text_of(payload));
    steps.comes_of([&] {
      return text_of(v3.encode(SocketReply{join_ref, ref, topic, status, payload}));
    });
  } else {
    steps.does({4, 12, 15, 16, 17, 18, 19},
               "fastlane: " + text_of(topic) + ", " + text_of(payload));
    steps.comes_of([&] { return text_of(v3.fastlane({std::string(topic.text()), "e", payload})); });
  }
}

}  // namespace

void phx::exercise::play(Sequence& steps) {
  while (steps.next()) {
    const unsigned what = steps.below(8);
    if (what >= 5) {
      encode(steps, what);
      continue;
    }
    Frame frame;
    if (what == 0) {
      const Bytes refs = part_of(steps, true) + part_of(steps, true);
      frame = {Frame::binary,
               of({0x95}, refs + part_of(steps, false) + part_of(steps, false) + of({0x80}))};
      steps.does({1, 2, 10}, "decode(" + text_of(frame) + ")");
    } else if (what == 1) {
      frame = push_of(value_of(steps));
      steps.does({3, 4, 8, 9, 10}, "decode(" + text_of(frame) + ")");
    } else if (what == 2) {
      frame = push_of(deep(steps));
      steps.does({4, 5}, "decode(" + text_of(frame) + ")");
    } else if (what == 3) {
      frame = push_of(promise(steps));
      steps.does({8, 11}, "decode(" + text_of(frame) + ")");
    } else {
      frame = spoilt(steps);
      steps.does({6, 7, 8, 9, 10}, "decode(" + text_of(frame) + ")");
    }
    steps.comes_of([&] { return text_of(v3_messagepack().decode(std::move(frame))); });
  }
}
