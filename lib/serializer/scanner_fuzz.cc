/// The scanner against the reader, on any bytes: the same verdict, and slices that hold the same.

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

/// What the scanner takes on purpose and a reader does not: see json::max_depth.
bool too_deep(const JsonError& error) {
  return std::string_view(error.what()).ends_with("expected no deeper nesting");
}

void check_string(std::string_view text, const Slice& slice, const Json& value) {
  must(unquoted(text, slice) == value.string_or(""), "a string reads as it does for a handler");
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
    must(taken, "the scanner takes what the reader takes");
    must(Json::parse(compact(input)) == tree, "white space goes, and the value stays");
    must(Json::parse(tree.dump()) == tree, "what is written anew reads the same");
    if (tree.is_array()) check_items(input, tree);
    Scanner scanner(input);
    const Slice whole = scanner.value();
    if (tree.is_string()) check_string(input, whole, tree);
  } catch (const JsonError& error) {
    must(!taken || too_deep(error), "the reader takes what the scanner takes");
  }
}
