/// The scanner and the reader agree on any bytes, and slices hold the same values.

#include "json/json.h"
#include "serializer/scanner.h"
#include "serializer/serializer.h"
#include "testing/fuzz.h"

using namespace phx;
using namespace phx::serializer;
using phx::testing::must;

namespace {

bool takes(std::string_view bytes) {
  const std::string text(bytes);
  try {
    Scanner scanner(text);
    scanner.value();
    scanner.end();
    return true;
  } catch (const DecodeError&) {
    return false;
  }
}

/// The scanner takes deep nesting on purpose, and a reader does not: see json::max_depth.
bool too_deep(const JsonError& error) {
  return std::string_view(error.what()).ends_with("expected no deeper nesting");
}

void check_string(std::string_view text, const Slice& slice, const Json& value) {
  must(unquoted(text, slice) == value.string_or(""), "a string reads as it does for a handler");
  std::string again;
  append_quoted(again, value.string_or(""));
  must(Json::parse(again) == value, "a string that is written again reads the same");
}

/// Splits an array as a frame is split.
void check_items(const std::string& text, const Json& array) {
  Scanner scanner(text);
  scanner.expect('[');
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i > 0) scanner.expect(',');
    const Slice slice = scanner.value();
    const std::string item = text.substr(slice.begin, slice.size);
    must(Json::parse(item) == array[i], "a slice holds its item, and nothing else");
    must(!slice.tidy || compact(item) == item, "a slice marked tidy is compact");
  }
  scanner.expect(']');
  scanner.end();
}

}  // namespace

FUZZ(bytes) {
  const std::string input(bytes);
  const bool taken = takes(input);
  must(!taken || is_utf8(input), "accepted text is valid UTF-8");
  try {
    const Json tree = Json::parse(input);
    must(taken, "the scanner takes what the reader takes");
    must(Json::parse(compact(input)) == tree, "white space is removed, and the value stays");
    must(Json::parse(tree.dump()) == tree, "a value that is written again reads the same");
    if (tree.is_array()) check_items(input, tree);
    Scanner scanner(input);
    const Slice whole = scanner.value();
    if (tree.is_string()) check_string(input, whole, tree);
  } catch (const JsonError& error) {
    must(!taken || too_deep(error), "the reader takes what the scanner takes");
  }
}
