/// The board, as two people at two browsers see it.

#include "board.h"
#include "testing/live_view_test.h"

using namespace phx::testing;

namespace {

struct Site {
  Site() { demo::add_board(live); }
  phx::Live live{demo::board_options(phx::random_secret())};
};
struct TwoBrowsers : Site {
  LiveViewTest adas{live};
  LiveViewTest bobs{adas};
  TestView ada = adas.live("/board");
  TestView bob = bobs.live("/board");
};

}  // namespace

//! [both_see]
PHX_TEST("what one does, both see, and so does the next") {
  TwoBrowsers two;
  two.ada.element("#more").click();
  two.bob.element("#more").click();
  two.ada.assert_has("#count", "2");
  two.bob.element("#less").click();
  two.ada.assert_has("#count", "1");

  two.ada.form("#sign", {{"sign[name]", "Ada"}}).submit();
  two.bob.assert_has("#names li", "Ada");

  const TestView next = two.bobs.live("/board");
  next.assert_has("#count", "1");
  next.assert_has("#names li", "Ada");
}
//! [both_see]

PHX_TEST("a name is kept while it is typed, and refused if it is none or too long") {
  const TwoBrowsers two;
  two.ada.form("#sign", {{"sign[name]", "Ad"}}).change();
  expect_eq(*two.ada.element("#sign input").attribute("value"), "Ad");
  two.ada.form("#sign", {{"sign[name]", std::string(41, 'x')}}).change();
  two.ada.assert_has("#error", "too long");
  for (const std::string& wrong : {std::string(), std::string(41, 'x')}) {
    two.ada.form("#sign", {{"sign[name]", wrong}}).submit();
    two.ada.assert_has("#error", "at most 40");
    two.ada.refute_has("#names li");
  }
}

PHX_TEST("names are text, and the newest twenty stay") {
  const TwoBrowsers two;
  for (int i = 1; i <= 21; ++i)
    two.ada.form("#sign", {{"sign[name]", "<b>" + std::to_string(i) + "</b>"}}).submit();
  two.bob.refute_has("#names b");
  two.bob.assert_has("#names li:nth-child(1)", "<b>21</b>");
  two.bob.assert_has("#names li:nth-child(20)", "<b>2</b>");
  two.bob.refute_has("#names li:nth-child(21)");
}
