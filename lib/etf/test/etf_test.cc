/// Terms both ways: what real nodes wrote, the limits for untrusted terms, and Erlang's order.

#include <algorithm>
#include <limits>

#include "base/base64.h"
#include "etf/phash2.h"
#include "etf/reader.h"
#include "etf/writer.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::etf;
using namespace phx::testing;

namespace {

struct Sample {
  const char* otp25;
  const char* otp26;
  const char* packed;
};

#include "etf/recorded.inc"

std::string bytes_of(const char* text) { return base64::decode(text).value(); }

std::string refused(std::string_view bytes, const Limits& limits = {}) {
  return expect_throw<TermError>([&] { decode_whole(bytes, limits); });
}

/// "\x83" and these bytes.
std::string with_version(std::string_view bytes) { return "\x83" + std::string(bytes); }

struct Hashed {
  std::string binary;
  std::uint32_t all;
  std::uint32_t of_3;
  std::uint32_t of_10;
  std::uint32_t of_32;
};

/// From `erlang:phash2` of OTP 25.
const std::vector<Hashed> hashes = {
    {"presence:1", 65610256, 0, 8, 16},
    {"presence:2", 66005794, 0, 2, 2},
    {"presence:3", 103560956, 1, 4, 28},
    {"presence:10", 79394381, 0, 9, 13},
    {"room:lobby", 91253756, 1, 4, 28},
    {"", 13708901, 1, 9, 5},
    {"a", 112802447, 0, 5, 15},
    {"ab", 127597802, 1, 0, 10},
    {"abc", 98228475, 0, 7, 27},
    {"abcd", 132321803, 0, 7, 11},
    {"abcdefgh", 72227102, 0, 0, 30},
    {"abcdefghijkl", 15432855, 1, 5, 23},
    {"abcdefghijklm", 11441572, 2, 0, 4},
    {"грüße:✓", 85780710, 2, 2, 6},
    {"room:"
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xxxxxxx",
     91906740, 1, 0, 20},
    {"users_socket:bob", 78306503, 1, 9, 7},
    {std::string(1, '\0'), 96315567, 0, 5, 15},
    {"\xFF", 78681268, 1, 4, 20},
};

}  // namespace

PHX_TEST("a term written by three nodes reads as one term, and is written as each of them did") {
  for (const Sample& sample : samples) {
    const Term term = decode_whole(bytes_of(sample.otp26));
    expect(decode_whole(bytes_of(sample.otp25)) == term, "OTP 25 says the same");
    expect(decode_whole(bytes_of(sample.packed)) == term, "so does a node that compresses");
    expect(encode(term) == bytes_of(sample.otp26), "written as OTP 26 does");
    expect(encode(term, Atoms::latin1) == bytes_of(sample.otp25), "written as OTP 25 does");
    expect(decode_whole(deflated(encode(term), 6)) == term, "compressed, and inflated");
  }
}

PHX_TEST("recorded messages of nodes are read, and written with the same bytes") {
  for (const char* message : messages) {
    const std::string bytes = bytes_of(message);
    const Term term = decode_whole(bytes);
    const std::vector<Term>* envelope = term.tuple_of(6);
    expect(envelope != nullptr && (*envelope)[0] == Term(3), "an envelope of version 3");
    expect(decode_whole(encode(term)) == term, "it comes back");
    if (static_cast<unsigned char>(bytes[1]) == 80) continue;  // zlib may choose other bytes
    // Erlang orders the pairs of large maps by their hashes: the same bytes in another order.
    const auto sorted = [](std::string text) {
      std::sort(text.begin(), text.end());
      return text;
    };
    const bool latin1 = sorted(encode(term, Atoms::latin1)) == sorted(bytes);
    expect(latin1 || sorted(encode(term)) == sorted(bytes), "byte for byte");
  }
}

PHX_TEST("a message is read piece by piece") {
  const std::string bytes =
      encode(Term::tuple({3, Term::atom("except"), "node", "room:1", Term::list({1, 2})}));
  Reader reader(bytes);
  expect_eq(reader.tuple(), 5U);
  expect(reader.term() == Term(3), "the version");
  expect(!reader.binary(), "an atom is not a binary, and is not skipped");
  expect(reader.term().is_atom("except"), "the mode");
  expect_eq(reader.binary().value(), "node");
  expect_eq(reader.binary().value(), "room:1");
  expect(reader.term() == Term::list({1, 2}), "the message");
  expect(reader.rest().empty(), "that is all");
}

PHX_TEST("integers of all sizes come back, and are written as short as possible") {
  constexpr auto most = std::numeric_limits<long long>::max();
  constexpr auto least = std::numeric_limits<long long>::min();
  const std::vector<std::pair<Term, std::size_t>> sizes = {
      {0, 3},
      {255, 3},
      {256, 6},
      {-1, 6},
      {2147483647, 6},
      {2147483648, 8},
      {most, 12},
      {least, 12},
      {~0ULL, 12},
      {Term::integer(true, std::string(9, '\1')), 13},
      {Term::integer(false, std::string(300, '\1')), 307},
  };
  for (const auto& [term, size] : sizes) {
    expect_eq(encode(term).size(), size);
    expect(decode_whole(encode(term)) == term, "it comes back");
  }
  expect(Term::integer(true, std::string("\5\0\0", 3)) == Term(-5), "leading zeros do not count");
  expect(Term::integer(true, "") == Term(0), "zero has one form");
}

PHX_TEST("bytes with a wrong size, depth or type are refused") {
  using namespace std::string_literals;
  for (const std::string& lie : {
           ""s,
           "\x82j"s,
           "\x83"s,
           with_version("l\xff\xff\xff\xff"),
           with_version("m\xff\xff\xff\xff"),
           with_version("t\xff\xff\xff\xff"),
           with_version("i\xff\xff\xff\xff"),
           with_version("o\xff\xff\xff\xff\0"s),
           with_version(std::string(10'000, 'h')),
           with_version("t\0\0\0\2a\1ja\1j"s),
           with_version("w\1\xff"),
           with_version("F\x7f\xf0\0\0\0\0\0\0"s),
           with_version("M\0\0\0\0\1"s),
           with_version("M\0\0\0\1\0x"s),
           with_version("\1"),
           with_version("Z\0\6"s),
           with_version("w"),
           with_version("P\xff\xff\xff\xffx"),
           with_version("P\0\0\0\1x"s),
           with_version("c" + std::string(31, 'x')),
           with_version("p\0\0\0\1\0"s),
           with_version("jj"),
       }) {
    refused(lie);
  }
}

PHX_TEST("an untrusted term costs no more than the limits") {
  const Term pair = Term::list({Term::list({1}), 2.5});
  decode_whole(encode(pair), {.depth = 2, .terms = 6});
  expect_eq(refused(encode(pair), {.depth = 0}), "expected less nesting at byte 6");
  refused(encode(pair), {.terms = 2});
  const std::string zeros = deflated(encode(Term(std::string(100'000, '\0'))), 9);
  expect(zeros.size() < 1'000, "it is compressed well");
  decode_whole(zeros, {.inflated = 100'005});
  refused(zeros, {.inflated = 100'004});
}

PHX_TEST("what is nested too deeply is skipped, and the rest of the term is read") {
  using namespace std::string_literals;
  const auto read = [](const std::string& bytes) {
    Reader reader(bytes, {.depth = 1});
    return reader.shallow_term();
  };
  const Term expected = Term::tuple({Term::tuple({Export{{"phx"}, {"too_deep"}, 0}}), "rest"});
  for (const Term& deep : {Term::list({1, Term::list({2})}), Term::map({{1, Term::tuple({2})}}),
                           Term::tuple({"text", 1.5, Term::list({})}), Term("text")}) {
    expect(read(encode(Term::tuple({Term::tuple({deep}), "rest"}))) == expected, "the rest");
  }
  std::string nested;
  for (int i = 0; i < 1'000'000; ++i) nested += "h\1"s;
  expect(read(with_version("h\2h\1" + nested + "jm\0\0\0\4rest"s)) == expected, "a million deep");
  expect(read(with_version("h\2h\1p\0\0\0\6xxm\0\0\0\4rest"s)) == expected, "a fun");
  for (const auto& lie :
       {"h\1h\1"s + nested, "h\1h\1p\0\0\0\3"s, "h\1h\1l\xff\xff\xff\xff"s, "h\1h\1"s}) {
    expect_throw<TermError>([&] { read(with_version(lie)); });
  }
}

PHX_TEST("atoms are characters, whatever their tags") {
  using namespace std::string_literals;
  const Term cafe = Term::atom("café");
  expect(decode_whole(with_version("d\0\4caf\xe9"s)) == cafe, "latin-1");
  expect(decode_whole(with_version("s\4caf\xe9")) == cafe, "short latin-1");
  expect(decode_whole(with_version("w\5café")) == cafe, "short UTF-8");
  expect(decode_whole(with_version("v\0\5café"s)) == cafe, "UTF-8");
  const Term longest = Term::atom(std::string(255, 'a'));
  expect(decode_whole(encode(longest)) == longest, "255 characters");
  refused(with_version("v\1\0"s + std::string(256, 'a')));
}

PHX_TEST("terms are ordered as Erlang orders them") {
  using namespace std::string_literals;
  const Pid low{{"a@b"}, 1, 0, 1};
  const Pid high{{"a@b"}, 0, 1, 1};
  const std::vector<Term> ordered = {Term::integer(true, std::string(9, '\1')),
                                     -5,
                                     -4.5,
                                     -0.0,
                                     0.0,
                                     1,
                                     1.0,
                                     1.5,
                                     2,
                                     9007199254740993LL,
                                     9007199254740994.0,
                                     ~0ULL,
                                     1e300,
                                     Term::integer(false, std::string(200, '\1')),
                                     Term::atom("a"),
                                     Term::atom("b"),
                                     Reference{{"a"}, 0, {1}},
                                     Export{{"m"}, {"f"}, 1},
                                     Port{{"a"}, 1, 0},
                                     low,
                                     high,
                                     Term::tuple({2}),
                                     Term::tuple({1, 1}),
                                     Term::map({{"a", 1}}),
                                     Term::map({{"a", 2}}),
                                     Term::map({{"b", 1}}),
                                     Term::map({{"a", 1}, {"b", 1}}),
                                     Term::list(),
                                     Term::improper({1}, 2),
                                     Term::list({1}),
                                     Term::improper({1, 1}, "x"),
                                     Term::list({2}),
                                     "",
                                     "a",
                                     BitString{"a\x80"s, 1},
                                     "b"};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      expect((ordered[i] <=> ordered[j]) == (i <=> j),
             "terms " + std::to_string(i) + " and " + std::to_string(j) + " are in order");
    }
  }
}

PHX_TEST("a map has each key once, and finds it") {
  const Term map = Term::map({{"b", 1}, {Term::atom("a"), 2}, {"b", 3}});
  expect_eq(map.get<Map>()->pairs.size(), 2U);
  expect(*map.find("b") == Term(3), "the later of two");
  expect(*map.find_atom("a") == Term(2), "an atom is not a binary");
  expect(map.find("a") == nullptr, "nothing else");
  expect(Term(1).find("a") == nullptr, "nor in a term that is not a map");
}

PHX_TEST("phash2 is Erlang's") {
  for (const Hashed& hashed : hashes) {
    expect_eq(phash2(hashed.binary), hashed.all);
    expect_eq(phash2(hashed.binary, 3), hashed.of_3);
    expect_eq(phash2(hashed.binary, 10), hashed.of_10);
    expect_eq(phash2(hashed.binary, 32), hashed.of_32);
  }
}

PHX_TEST("lists within lists that all claim to be long have memory set aside for one of them") {
  constexpr std::size_t claimed = 200'000;
  std::string nested;
  for (int depth = 0; depth < 100; ++depth) nested += std::string("l\0\x03\x0D\x40", 5);
  const std::string bytes = with_version(nested + std::string(2 * claimed, 'j'));
  // The second one of a hundred, each of which would take as much.
  expect(
      refused(bytes, {.terms = claimed + 1'000}).ends_with("as many terms as it says at byte 11"),
      refused(bytes, {.terms = claimed + 1'000}));
}
