/// Short text: inside up to 22 characters, outside from there, and each copy on its own.

#include "base/short_text.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

const std::string longest_inside(ShortText::inside, 'a');
const std::string shortest_outside(ShortText::inside + 1, 'a');

}  // namespace

PHX_TEST("text of any length reads as it was given, NUL and all") {
  for (std::size_t size = 0; size < 600; ++size) {
    std::string text(size, 'x');
    if (size > 0) text[size / 2] = '\0';
    expect(ShortText(text).view() == text, "the same characters");
  }
}

PHX_TEST("a copy lives longer than its original, inside and outside") {
  for (const std::string& text : {std::string(), longest_inside, shortest_outside}) {
    auto original = std::make_unique<ShortText>(text);
    const ShortText copy = *original;
    ShortText assigned;
    assigned = *original;
    original.reset();
    expect(copy == text, "a copy");
    expect(assigned == text, "one that was assigned");
  }
}

PHX_TEST("moved text is where it went, and what it left is empty or another's") {
  for (const std::string& text : {longest_inside, shortest_outside}) {
    ShortText from(text);
    ShortText to = std::move(from);
    expect(to == text, "moved to a new one");
    ShortText before(shortest_outside + "b");
    before = std::move(to);
    expect(before == text, "moved over another");
  }
}

PHX_TEST("an assignment to itself changes nothing") {
  ShortText text(shortest_outside);
  const ShortText& same = text;
  text = same;
  expect(text == shortest_outside, "as it was");
}

PHX_TEST("text is ordered as std::string is, against views too") {
  expect(ShortText("a") < ShortText("b") && ShortText("a") < ShortText("aa"), "two of them");
  expect(std::less<>{}(ShortText("a"), std::string_view("b")), "one, and a view");
  expect(ShortText(longest_inside) < ShortText(shortest_outside), "inside and outside");
  expect(ShortText("a") != ShortText("A"), "different");
}
