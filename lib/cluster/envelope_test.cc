/// Phoenix nodes' broadcasts as our clients get them, and ours as Phoenix would send them.

#include "cluster/envelope.h"

#include "cluster/interest.h"

#include "base/base64.h"
#include "etf/decimal.h"
#include "etf/reader.h"
#include "etf/writer.h"
#include "presence/wire.h"
#include "pubsub/term_event.h"
#include "serializer/json_term.h"
#include "serializer/message.h"
#include "serializer/serializer.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::cluster;
using namespace phx::testing;
using etf::Term;
using serializer::Broadcast;
using serializer::json_of;
using serializer::NoJson;
using serializer::Payload;
using serializer::term_of;
using serializer::text_of;

namespace {

struct Recorded {
  const char* envelope;
  const char* frame;
};

#include "cluster/recorded.inc"

const EnvelopeOptions defaults;

std::string bytes_of(const char* text) { return base64::decode(text).value(); }

const Broadcast& broadcast_in(const std::optional<Opened>& opened) {
  expect(opened.has_value(), "it is for us");
  const auto* broadcast = pubsub::as<Broadcast>(*opened->event);
  expect(broadcast != nullptr, "it is a broadcast");
  return *broadcast;
}

/// Whether they are equal except for the order of an object's members: Erlang orders large maps by
/// hash.
bool same(const std::string& ours, const std::string& theirs) {
  return ours == theirs ||
         (theirs.starts_with('[') && Json::parse(ours).dump() == Json::parse(theirs).dump());
}

std::string refused(const std::string& bytes) {
  return expect_throw<BadEnvelope>([&] { open(bytes, "b", defaults); });
}

/// `{3, except, "a", "t", message, dispatcher}`.
std::string envelope(const Term& message, std::string_view dispatcher) {
  return etf::encode(
      Term::tuple({3, Term::atom("except"), "a", "t", message, Term::atom(dispatcher)}));
}

Term broadcast_term(Term topic, Term event, Term payload) {
  return Term::map({{Term::atom("__struct__"), Term::atom("Elixir.Phoenix.Socket.Broadcast")},
                    {Term::atom("topic"), std::move(topic)},
                    {Term::atom("event"), std::move(event)},
                    {Term::atom("payload"), std::move(payload)}});
}

constexpr std::string_view by_channels = "Elixir.Phoenix.Channel.Server";
constexpr std::string_view by_pubsub = "Elixir.Phoenix.PubSub";

std::string sealed(const pubsub::Event& event, const EnvelopeOptions& options = {}) {
  return seal({Route::except, "cpp"}, "t", event, options).value();
}

}  // namespace

PHX_TEST("our clients get a Phoenix node's broadcast as its own clients did") {
  const serializer::Serializer& v2 = serializer::v2_json();
  for (const Recorded& one : recorded) {
    const auto opened = open(bytes_of(one.envelope), "b", defaults);
    const serializer::Frame frame = v2.fastlane(broadcast_in(opened));
    const bool binary = frame.opcode == serializer::Frame::binary;
    const std::string shown = binary ? base64::encode(frame.bytes) : frame.bytes;
    expect(same(shown, one.frame), shown + " is " + one.frame);
  }
}

PHX_TEST("a broadcast is written again as the same term") {
  for (const Recorded& one : recorded) {
    const std::string bytes = bytes_of(one.envelope);
    const Term original = etf::decode(bytes);
    const auto& parts = *original.tuple_of(6);
    // From a client's JSON: string keys, and only JSON's types.
    const Term* payload = parts[4].find_atom("payload");
    const auto opened = open(bytes, "b", defaults);
    const Term again = etf::decode(
        seal({Route::except, "a"}, *parts[3].get<std::string>(), broadcast_in(opened), defaults)
            .value());
    if (payload->tuple_of(2) != nullptr || term_of(json_of(*payload)) == *payload) {
      const Term expected =
          Term::tuple({3, Term::atom("except"), "a", parts[3], parts[4], parts[5]});
      expect(again == expected, std::string("the same term for ") + one.frame);
    } else {
      const Term* sent = again.tuple_of(6)->at(4).find_atom("payload");
      expect_eq(json_of(*sent), json_of(*payload));
    }
  }
}

PHX_TEST("a message that crashes Phoenix is refused here, and never sent") {
  for (const char* one : deadly) refused(bytes_of(one));
  using serializer::EncodeError;
  const auto text = [](const char* json) { return Payload::own_text(json); };
  for (const char* json : {"[1,2]", "\"text\"", "null", "1"}) {
    expect_throw<BadEnvelope>([&] { sealed(Broadcast("t", "e", text(json))); });
  }
  expect_throw<EncodeError>([&] { sealed(Broadcast("t", "\xff", text("{}"))); });
  expect_throw<EncodeError>([&] { sealed(Broadcast("\xff", "e", text("{}"))); });
  expect_throw<BadEnvelope>([&] {
    seal({Route::except, "a"}, "phx_presence:x", Broadcast("t", "e", text("{}")), defaults);
  });
  const std::string deep = "{\"a\":" + std::string(10'000, '[') + std::string(10'000, ']') + "}";
  expect_throw<BadEnvelope>([&] { sealed(Broadcast("t", "e", Payload::own_text(deep))); });
  expect_throw<BadEnvelope>([&] {
    sealed(Broadcast("t", "e", Payload::binary(std::string(2'000, 'x'))), {0, 1'000});
  });
}

PHX_TEST("of two members with one key the first is sent, as Jason and our handlers read it") {
  for (const char* payload : {R"({"a":1,"a":2})", R"({"b":0,"a":1,"b":2,"a":3})"}) {
    const std::string bytes = sealed(Broadcast("t", "e", Payload::own_text(payload)));
    const auto opened = open(bytes, "b", defaults);
    expect_eq(broadcast_in(opened).payload.json(), Json::parse(payload));
  }
}

PHX_TEST("a message is for all but its sender, or for one") {
  const Broadcast hello("t", "e", Payload());
  const std::string to_all = seal({Route::except, "a"}, "t", hello, defaults).value();
  expect(open(to_all, "b", defaults).has_value(), "others receive it");
  expect(!open(to_all, "a", defaults), "the sender has sent it to its own subscribers");
  const std::string to_b = seal({Route::only, "b"}, "t", hello, defaults).value();
  expect(open(to_b, "b", defaults).has_value(), "b receives it");
  expect(!open(to_b, "c", defaults), "c does not");
  const std::string to_atom =
      seal({Route::only, etf::Term::atom("b")}, "t", hello, defaults).value();
  expect((*etf::decode(to_atom).tuple_of(6))[2].is_atom("b"), "the atom is another name");
  expect(!open(to_atom, "b", defaults), "than the text");
}

PHX_TEST("of a tracker with this node's own name only the sender is read") {
  const Term ref = Term::tuple({"b", 7});
  const auto said = [&](const char* topic, const Term& message) {
    return open(etf::encode(Term::tuple(
                    {3, Term::atom("except"), "b", topic, message, Term::atom(by_pubsub)})),
                "b", defaults);
  };
  const Term beat =
      Term::tuple({Term::atom("pub"), Term::atom("heartbeat"), ref, "and whatever", "it says"});
  const auto opened = said("phx_presence:x_shard0", beat);
  expect(pubsub::as<presence::OwnName>(*opened->event)->ref == presence::ReplicaRef("b", 7), "it");
  expect(!said("phx_presence:x_shard0", Term::tuple({Term::atom("pub"), 1, ref})),
         "not a heartbeat");
  expect(!said("t", beat), "not a tracker");
}

PHX_TEST("other versions and shapes are ignored") {
  for (const Term& other :
       {Term(1), Term::list({3}), Term::tuple({3, 3, 3, 3, 3}), Term::tuple({2, 3, 3, 3, 3, 3}),
        Term::tuple({4, 3, 3, 3, 3, 3}), Term::tuple({3, Term::atom("all"), "a", "t", 1, 1})}) {
    const std::string bytes = etf::encode(other);
    if (other.get<etf::Tuple>() == nullptr) {
      refused(bytes);
    } else {
      expect(!open(bytes, "b", defaults), "not for us");
    }
  }
}

PHX_TEST("a message that Phoenix could not handle is refused") {
  const Term empty = Term::map();
  const Term good = broadcast_term("t", "e", empty);
  open(envelope(good, by_channels) + "bytes after it", "b", defaults);
  refused("");
  refused("nonsense");
  refused(envelope(good, by_channels).substr(0, 60));
  refused(envelope(good, "Elixir.Nobody"));
  refused(envelope(good, by_pubsub));
  refused(envelope(broadcast_term(1, "e", empty), by_channels));
  refused(envelope(broadcast_term("t", "\xff", empty), by_channels));
  refused(envelope(broadcast_term("t", "e", Term()), by_channels));
  refused(envelope(broadcast_term("t", "e", Term::map({{Term::tuple({}), 1}})), by_channels));
  refused(
      etf::encode(Term::tuple({3, Term::atom("except"), "a", 1, good, Term::atom(by_channels)})));
}

PHX_TEST("the event alone disconnects a user") {
  for (const std::string_view dispatcher : {by_channels, by_pubsub}) {
    const Term term = broadcast_term("another", "disconnect", Term());
    const auto opened = open(envelope(term, dispatcher), "b", defaults);
    expect_eq(opened->topic, std::string("t"));
    expect_eq(broadcast_in(opened).event, std::string("disconnect"));
  }
}

PHX_TEST("any term is passed from code to code") {
  const Term term = Term::tuple({Term::atom("hello"), 1, Term::list({1.5})});
  const auto opened = open(sealed(pubsub::TermEvent(term)), "b", defaults);
  const auto* event = pubsub::as<pubsub::TermEvent>(*opened->event);
  expect(event != nullptr && event->term == term, "unchanged");
  const pubsub::WrittenTerm written(etf::encode(term));
  expect_eq(sealed(written), sealed(pubsub::TermEvent(term)));
  struct Own final : pubsub::Event {};
  expect(!seal({Route::except, "a"}, "t", Own(), defaults),
         "an event that only this program knows stays here");
}

PHX_TEST("a compressed message is read, and sent if that makes it shorter") {
  const Broadcast zeros("t", "e", Payload::binary(std::string(10'000, '\0')));
  const std::string small = sealed(zeros, {.compression_level = 6});
  expect(small.size() < 1'000, "it is short");
  expect_eq(broadcast_in(open(small, "b", defaults)).payload.view().size(), 10'000U);
  expect_throw<BadEnvelope>([&] { open(small, "b", {.max_bytes = 5'000}); });
}

PHX_TEST("a tracker's message has a limit of its own, both ways; any other has the usual one") {
  const Term ref = Term::tuple({"a", 1});
  const pubsub::WrittenTerm request(
      etf::encode(Term::tuple({Term::atom("pub"), Term::atom("transfer_req"),
                               std::string(9'000, 'x'), ref, Term::tuple({ref, Term::map()})})));
  const pubsub::TermEvent other(std::string(9'000, 'x'));
  const std::string topic = "phx_presence:x_shard0";
  for (const std::size_t level : {0, 6}) {
    const EnvelopeOptions small{level, 20'000, 8'000}, large{level, 8'000, 20'000};
    const std::string list = seal({Route::only, "b"}, topic, request, large).value();
    expect(open(list, "b", large).has_value(), "it is read");
    expect_throw<BadEnvelope>([&] { open(list, "b", small); });
    expect_throw<BadEnvelope>([&] { seal({Route::only, "b"}, topic, request, small); });

    const std::string term = seal({Route::only, "b"}, "t", other, small).value();
    expect(open(term, "b", small).has_value(), "it is read");
    expect_throw<BadEnvelope>([&] { open(term, "b", large); });
    expect_throw<BadEnvelope>([&] { seal({Route::only, "b"}, "t", other, large); });
  }
}

PHX_TEST("a tracker's message is read here; another message on its topic is refused") {
  const Term ref = Term::tuple({"a", 1});
  const auto said = [&](const Term& message) {
    etf::Writer writer;
    writer.tuple(6);
    for (const Term& part :
         {Term(3), Term::atom("except"), Term("a"), Term("phx_presence:x_shard0"), message,
          Term::atom("Elixir.Phoenix.PubSub")}) {
      writer.term(part);
    }
    return open(writer.take(), "b", defaults);
  };
  const Term pub = Term::atom("pub");
  const auto opened = said(Term::tuple({pub, Term::atom("graceful_permdown"), ref}));
  expect_eq(pubsub::as<presence::TrackerEvent>(*opened->event)->messages.size(), 1u);
  expect_throw<BadEnvelope>([&] { said(Term::tuple({pub, Term::atom("hello"), ref})); });

  Term deep = Term::list({});  // another node's client may send such a meta
  for (int i = 0; i < 1'000; ++i) deep = Term::list({std::move(deep)});
  const auto value = [&](int count, Term meta) {
    return etf::Map::Pair{Term::tuple({ref, count}),
                          Term::tuple({"pid", "t", "u", Term::map({{"x", std::move(meta)}})})};
  };
  const Term none = Term::map();
  const Term delta = Term::map({{Term::atom("mode"), Term::atom("delta")},
                                {Term::atom("context"), none},
                                {Term::atom("clouds"), none},
                                {Term::atom("range"), Term::tuple({none, none})},
                                {Term::atom("values"), Term::map({value(1, 1), value(2, deep)})}});
  const Term clocks = Term::tuple({ref, none});
  const auto beat = said(Term::tuple({pub, Term::atom("heartbeat"), ref, delta, clocks}));
  const auto& one = *pubsub::as<presence::TrackerEvent>(*beat->event);
  const auto& parts = std::get<presence::Heartbeat>(one.messages[0]).delta->parts;
  expect(one.unreadable == 1 && parts.begin()->second.values.size() == 1, "the other is read");
}

PHX_TEST("a long message may have many terms, a short one a million at most") {
  etf::Writer writer;
  writer.list(1'100'000);
  for (int i = 0; i < 1'100'000; ++i) writer.integer(1'000);  // five bytes
  writer.empty_list();
  const std::string many = sealed(pubsub::WrittenTerm(writer.take()));
  expect(open(many, "b", defaults).has_value(), "five bytes for each");
  etf::Writer small;
  small.list(1'100'000);
  for (int i = 0; i < 1'100'000; ++i) small.empty_list();  // one byte
  small.empty_list();
  const std::string dense = sealed(pubsub::WrittenTerm(small.take()));
  expect_throw<BadEnvelope>([&] { open(dense, "b", defaults); });
}

PHX_TEST("floats are written as Erlang writes them") {
  const std::vector<std::pair<double, const char*>> floats = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.0, "1.0"},
      {100.0, "100.0"},
      {1e10, "1.0e10"},
      {12345.678, "12345.678"},
      {0.1, "0.1"},
      {0.001, "0.001"},
      {0.0001, "0.0001"},
      {1.5e-10, "1.5e-10"},
      {1e300, "1.0e300"},
      {-2.5, "-2.5"},
      {9007199254740991.0, "9007199254740991.0"},
      {9007199254740992.0, "9.007199254740992e15"},
      {123456.0, "123456.0"},
      {1.0e5, "1.0e5"},
      {1234567890123.0, "1234567890123.0"}};
  for (const auto& [value, text] : floats) expect_eq(text_of(value), std::string(text));
}

PHX_TEST("integers of any size keep their digits") {
  for (const char* digits :
       {"0", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "18446744073709551616", "-340282366920938463463374607431768211456",
        "1000000000000000000000000000", "123456789012345678901234567890"}) {
    expect_eq(json_of(term_of(digits)), std::string(digits));
  }
  expect_throw<NoJson>([] { term_of(std::string(10'001, '9')); });
}

PHX_TEST("a message for a topic without subscribers is skipped without reading its payload") {
  const std::string good = bytes_of(recorded[0].envelope);
  const std::string topic = open(good, "b", defaults)->topic;
  Interest interest;
  expect(!open(good, "b", defaults, &interest).has_value(), "no subscriber");
  interest.opened(topic);
  expect(open(good, "b", defaults, &interest).has_value(), "a subscriber");
  interest.opened(topic);
  interest.closed(topic);
  expect(open(good, "b", defaults, &interest).has_value(), "one of two shards still does");
  interest.closed(topic);
  const std::string cut = good.substr(0, good.size() - 1);
  expect(!open(cut, "b", defaults, &interest).has_value(), "its fault is not found");
  refused(cut);
}
