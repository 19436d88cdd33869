/// The scanner against Jansson, on any bytes: the same verdict, and slices that hold the same.

#include "json/json.h"
#include "serializer/scanner.h"
#include "serializer/serializer.h"
#include "testing/fuzz.h"

using namespace phx;
using namespace phx::serializer;
using phx::testing::must;

namespace {

bool takes(std::string_view text) {
  try {
    Scanner scanner(text);
    scanner.value();
    scanner.end();
    return true;
  } catch (const DecodeError&) {
    return false;
  }
}

/// What the scanner takes on purpose and Jansson does not: see scanner_test.cc.
bool known_difference(const JsonError& error) {
  const std::string_view said = error.what();
  for (const char* known :
       {"too big", "NUL byte in object key", "maximum parsing depth", "real number overflow"}) {
    if (said.find(known) != std::string_view::npos) return true;
  }
  return false;
}

void check_string(std::string_view text, const Slice& slice, const Json& value) {
  must(unquoted(text, slice) == value.string_or(""), "a string reads as it does for Jansson");
  std::string again;
  append_quoted(again, value.string_or(""));
  must(Json::parse(again) == value, "a string that is written anew reads the same");
}

/// Cuts an array as a frame is cut.
void check_items(std::string_view text, const Json& array) {
  Scanner scanner(text);
  scanner.expect('[');
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i > 0) scanner.expect(',');
    const Slice slice = scanner.value();
    const std::string_view item = text.substr(slice.begin, slice.size);
    must(Json::parse(item) == array[i], "a slice holds its item, and nothing else");
    must(!slice.tidy || compact(item) == item, "a tidy slice is compact as it stands");
  }
  scanner.expect(']');
  scanner.end();
}

}  // namespace

FUZZ(input) {
  const bool taken = takes(input);
  must(!taken || is_utf8(input), "what is taken is UTF-8");
  try {
    const Json tree = Json::parse(input);
    must(taken, "the scanner takes what Jansson takes");
    must(Json::parse(compact(input)) == tree, "white space goes, and the value stays");
    if (tree.is_array()) check_items(input, tree);
    Scanner scanner(input);
    const Slice whole = scanner.value();
    if (tree.is_string()) check_string(input, whole, tree);
  } catch (const JsonError& error) {
    must(!taken || known_difference(error), "the scanner refuses what Jansson refuses");
  }
}
