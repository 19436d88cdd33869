/// Files' bytes, as various programs write them.

#include "traces/phx-trace/json_file.h"

#include <zlib.h>

#include "testing/case.h"

using namespace phx;
using namespace phx::trace;

namespace {

using testing::expect;
using testing::expect_eq;
using testing::expect_throw;

constexpr const char* plain = R"({"log":{"entries":[{"a":"é😀"},{"b":2}]}})";

struct Read {
  std::string json;
  std::string remarks;
};

Read read(const std::string& bytes) {
  Remarks remarks;
  const std::string json = read_json_file(bytes, remarks).compact();
  return {json, fmt::format("{}", fmt::join(remarks.sentences(), "; "))};
}

void is_plain(const std::string& bytes, const std::string& remarks = "") {
  expect_eq(read(bytes).json, std::string(plain));
  expect_eq(read(bytes).remarks, remarks);
}

std::string utf16(bool big_endian) {
  const std::u16string text = u"{\"log\":{\"entries\":[{\"a\":\"é😀\"},{\"b\":2}]}}";
  std::string bytes;
  for (const char16_t unit : text) {
    const char high = static_cast<char>(unit >> 8);
    const char low = static_cast<char>(unit & 0xFF);
    bytes += big_endian ? high : low;
    bytes += big_endian ? low : high;
  }
  return bytes;
}

std::string gzipped(const std::string& text) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(1'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

PHX_TEST("a byte-order mark, UTF-16 and gzip are handled silently") {
  is_plain(plain);
  is_plain(std::string("\xEF\xBB\xBF") + plain);
  is_plain("\xFF\xFE" + utf16(false));
  is_plain("\xFE\xFF" + utf16(true));
  is_plain(utf16(false));
  is_plain(gzipped(plain));
  is_plain(gzipped(std::string("\xEF\xBB\xBF") + plain));
}

PHX_TEST("the error for a ZIP archive says what to do") {
  expect(expect_throw<BadFile>([] { read("PK\x03\x04..."); }).starts_with("this is a ZIP archive"),
         "unpack it");
  expect_eq(expect_throw<BadFile>([] { read("\x1f\x8b..."); }),
            std::string("this is gzip, but it does not unpack"));
}

PHX_TEST("a half of a surrogate pair becomes U+FFFD, and a whole pair stays") {
  const Read lone = read(R"({"a":"\ud83d","b":"\ude00\ud83d\ude00","c":"\uD83Dx"})");
  expect_eq(lone.json, std::string("{\"a\":\"\uFFFD\",\"b\":\"\uFFFD😀\",\"c\":\"\uFFFDx\"}"));
  expect_eq(lone.remarks, std::string("3 halves of surrogate pairs became U+FFFD"));
  expect_eq(read(std::string("\xFF\xFE{\0\"\0a\0\"\0:\0\"\0\x3D\xD8\"\0}\0", 20)).json,
            std::string("{\"a\":\"\uFFFD\"}"));
}

PHX_TEST("a byte that is not UTF-8 becomes U+FFFD") {
  const Read latin = read("{\"a\":\"caf\xE9\"}");
  expect_eq(latin.json, std::string("{\"a\":\"caf\uFFFD\"}"));
  expect_eq(latin.remarks, std::string("1 byte that is not UTF-8 became U+FFFD"));
}

PHX_TEST("JavaScript's and Python's extensions of JSON are read") {
  expect_eq(read("{\"a\":NaN,\"b\":-Infinity,\"c\":undefined,/* x */\"d\":[1,2,],// y\n}").json,
            std::string(R"({"a":null,"b":null,"c":null,"d":[1,2]})"));
  expect_eq(read("{\"a\":\"one\ntwo\tthree\\'\"}").json,
            std::string(R"({"a":"one\ntwo\tthree'"})"));
  expect_eq(read(R"({"a":123456789012345678901234567890})").json,
            std::string(R"({"a":1.2345678901234568e29})"));
}

PHX_TEST("text around the JSON is left out") {
  const std::string said = "text around the file's JSON was left out";
  is_plain(std::string(plain) + "\ngarbage {", said);
  is_plain("onInputData(" + std::string(plain) + ");", said);
  is_plain(std::string(plain) + plain, said);
}

PHX_TEST("a truncated file is read up to its last whole value") {
  const std::string said = "the file breaks off: it was read up to its last whole value";
  const std::string text = plain;
  const Read cut = read(text.substr(0, text.size() - 7));
  expect_eq(cut.json, std::string("{\"log\":{\"entries\":[{\"a\":\"é😀\"}]}}"));
  expect_eq(cut.remarks, said);
  is_plain(text.substr(0, text.size() - 1), said);
  expect(expect_throw<BadFile>([] { read("{\"log\":"); }).starts_with("line 1"),
         "nothing is whole");
}

}  // namespace
