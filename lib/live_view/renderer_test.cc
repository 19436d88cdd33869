/// Templates, and the diffs of pages: what a client lacks, and no more.

#include "live_view/renderer.h"

#include <numeric>

#include "live_view/component.h"
#include "live_view/form.h"
#include "live_view/html.h"
#include "live_view/stream.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::testing;
using live_view::Page;
using live_view::Template;

namespace {

std::string page(const std::function<Html()>& render) { return Page::html(render); }

struct Item {
  int id;
  std::string name;
  bool operator==(const Item&) const = default;
};

}  // namespace

// --- Templates -----------------------------------------------------------------------------------

PHX_TEST("a template is cut at its holes, and an attribute's name belongs to its hole") {
  const Template cut(R"(<a href={} class="b {}">{}</a>)");
  expect_eq(cut.json, R"(["<a"," class=\"b ","\">","</a>"])");
  expect_eq(cut.attributes, std::vector<std::string>{" href", "", ""});
}

PHX_TEST("doubled braces are braces") {
  expect_eq(Template("a {{b}} {}").json, R"(["a {b} ",""])");
}

PHX_TEST("one element is a root; two, a text, a hole and an open one are not") {
  for (const char* one :
       {"<p>a</p>", "<p title=\">\">{}</p>", "<br>", "<p><br>{}<b>x</b></p>", "<img src={}>"}) {
    expect(Template(one).root, std::string(one) + " is one element");
  }
  for (const char* none :
       {"", "a", "{}", "<p>a</p>b", "<p>a</p><p>b</p>", "<p>", "</p>", " <p></p>", "<p></p>{}"}) {
    expect(!Template(none).root, std::string(none) + " is not one element");
  }
}

PHX_TEST("a brace without a hole is refused, with the template") {
  const std::string why = expect_throw<std::invalid_argument>([] { Template("a { b"); });
  expect(why.find("a { b") != std::string::npos, why);
  expect_throw<std::invalid_argument>([] { Template("<p>={}"); });
}

// --- Pages ---------------------------------------------------------------------------------------

PHX_TEST("texts are escaped, but for safe ones") {
  const std::string bad = "<b a=\"1\" c='2'>&";
  expect_eq(
      page([&] { return html("<p title={}>{}{}</p>", bad, bad, safe("<br>")); }),
      R"(<p title="&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;">&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;<br></p>)");
}

PHX_TEST("an attribute that is false or nothing is left out; a true one is its name") {
  expect_eq(page([] {
              return html("<input a={} b={} c={} d={} e={}>", true, false, std::optional<int>(), 5,
                          "");
            }),
            R"(<input a d="5" e="">)");
}

PHX_TEST("parts nest, repeat, and are there or not") {
  const std::vector<std::string> names{"a", "b"};
  for (const bool shown : {true, false}) {
    expect_eq(page([&] {
                return html(
                    "<ul>{}</ul>{}",
                    each(names, [](const std::string& name) { return html("<li>{}</li>", name); }),
                    when([&] { return shown; }, [] { return html("<p>yes</p>"); }));
              }),
              std::string("<ul><li>a</li><li>b</li></ul>") + (shown ? "<p>yes</p>" : ""));
  }
}

// --- Diffs ---------------------------------------------------------------------------------------

PHX_TEST("the first diff has the statics, and the next only the holes whose assign has changed") {
  Assign<int> count = 0;
  Assign<std::string> name{"x"};
  Page client;
  const auto render = [&] { return html("<p>{} {}</p>", count, [&] { return name.get() + "!"; }); };
  expect_eq(client.diff(render), R"({"0":"0","1":"x!","p":{"0":["<p>"," ","</p>"]},"r":1,"s":0})");
  expect_eq(client.diff(render), "{}");
  count += 1;
  expect_eq(client.diff(render), R"({"0":"1"})");
  name = std::string("y");
  expect_eq(client.diff(render), R"({"1":"y!"})");
  name = std::string("y");
  expect_eq(client.diff(render), "{}");
}

// The recording "click": `"4":""`, then a new block, then only its neighbour.
PHX_TEST("a part that comes is sent with its statics; one that stays is not sent again") {
  Assign<int> count = 0;
  Page client;
  const auto render = [&] {
    return html(
        "{}{}", count,
        when([&] { return count > 1; }, [] { return html("<p id=\"many\">more than one</p>"); }));
  };
  client.diff(render);
  count += 1;
  expect_eq(client.diff(render), R"({"0":"1","1":""})");
  count += 1;
  expect_eq(client.diff(render),
            R"({"0":"2","1":{"s":0},"p":{"0":["<p id=\"many\">more than one</p>"]}})");
  count += 1;
  expect_eq(client.diff(render), R"({"0":"3"})");
  count = 0;
  expect_eq(client.diff(render), R"({"0":"0","1":""})");
}

PHX_TEST("an assign is a condition, and is compared as its value") {
  Assign<bool> open = true;
  Assign<std::string> filter{"all"};
  const auto render = [&] {
    return html("<p>{}{}</p>", when(open, [] { return html("open"); }),
                [&] { return filter == "all" ? "every" : "some"; });
  };
  Page tracked;
  tracked.diff(render);
  open = false;
  expect_eq(tracked.diff(render), R"({"0":""})");
  filter = "done";
  expect_eq(tracked.diff(render), R"({"1":"some"})");
  const Assign<std::string> same{"done"};
  expect(filter == same && filter != "all", "as values");
}

PHX_TEST("of a list only the entries that differ are sent, and how many there are") {
  Assign<std::vector<std::string>> names;
  Page client;
  const auto render = [&] {
    return html("<ul>{}</ul>",
                each(names, [](const std::string& name) { return html("<li>{}</li>", name); }));
  };
  expect_eq(client.diff(render), R"({"0":"","p":{"0":["<ul>","</ul>"]},"r":1,"s":0})");
  names = std::vector<std::string>{"a"};
  expect_eq(client.diff(render),
            R"({"0":{"k":{"0":{"0":"a"},"kc":1},"s":0},"p":{"0":["<li>","</li>"]}})");
  names = std::vector<std::string>{"a", "b"};
  expect_eq(client.diff(render), R"({"0":{"k":{"1":{"0":"b"},"kc":2}}})");
  names = std::vector<std::string>{"c"};
  expect_eq(client.diff(render), R"({"0":{"k":{"0":{"0":"c"},"kc":1}}})");
  names = std::vector<std::string>();
  expect_eq(client.diff(render), R"({"0":{"k":{"kc":0}}})");
}

/// A list whose entries have their names as keys.
Html by_name(const Assign<std::vector<std::string>>& names, const Assign<int>& n) {
  return html("{}",
              each(
                  names, [&n](const std::string& name) { return html("<li>{}{}</li>", name, n); },
                  [](const std::string& name) { return name; }));
}

PHX_TEST("with keys an entry that has moved is named by its old place") {
  Assign<std::vector<std::string>> names{{"a", "b"}};
  Assign<int> n = 0;
  Page client;
  const auto render = [&] { return by_name(names, n); };
  client.diff(render);
  names = std::vector<std::string>{"b", "a"};
  expect_eq(client.diff(render), R"({"0":{"k":{"0":1,"1":0,"kc":2}}})");
  names = std::vector<std::string>{"a", "b"};
  n = 1;
  expect_eq(client.diff(render), R"({"0":{"k":{"0":[1,{"1":"1"}],"1":[0,{"1":"1"}],"kc":2}}})");
  names = std::vector<std::string>{"a", "a"};
  expect_throw<std::logic_error>([&] { client.diff(render); });
}

PHX_TEST("an entry whose key is new is sent whole, wherever it stands") {
  Assign<std::vector<std::string>> names{{"a", "b"}};
  Assign<int> n = 0;
  Page client;
  const auto render = [&] { return by_name(names, n); };
  client.diff(render);
  names = std::vector<std::string>{"c", "b"};
  expect_eq(client.diff(render), R"({"0":{"k":{"0":{"0":"c","1":"0"},"kc":2}}})");
}

PHX_TEST("a list whose entries look the same is not sent") {
  Assign<std::vector<Item>> items{{{1, "a"}, {2, "b"}}};
  Page client;
  const auto render = [&] {
    return html("{}", each(items, [](const Item& item) { return html("<li>{}</li>", item.name); }));
  };
  client.diff(render);
  items = std::vector<Item>{{3, "a"}, {4, "b"}};
  expect_eq(client.diff(render), "{}");
}

PHX_TEST("what is inserted into a stream again is sent whole") {
  Stream<Item> items{"items"};
  Page client;
  const auto render = [&] {
    return html("{}", stream(items, [](const std::string& id, const Item& item) {
                  return html("<li id={}>{}</li>", id, item.name);
                }));
  };
  items.insert({1, "one"});
  client.diff(render);
  items.insert({1, "one"});
  expect(client.diff(render).starts_with(
             R"({"0":{"k":{"0":{"0":" id=\"items-1\"","1":"one"},"kc":1})"),
         "both holes are sent");
}

PHX_TEST("an item without html, or with another template than the first, is refused") {
  const std::vector<int> numbers{1, 2};
  Page empty, mixed;
  expect_throw<std::logic_error>(
      [&] { empty.diff([&] { return html("{}", each(numbers, [](int) { return Html(); })); }); });
  expect_throw<std::logic_error>([&] {
    mixed.diff([&] {
      return html("{}", each(numbers, [](int number) {
                    return number == 1 ? html("<b>{}</b>", number) : html("<i>{}</i>", number);
                  }));
    });
  });
}

PHX_TEST("a lambda inside a list sees its item, not what it saw last") {
  Assign<std::vector<int>> numbers{{1, 2}};
  Page client;
  const auto render = [&] {
    return html("{}", each(numbers, [](int number) {
                  return html("<b>{}</b>",
                              [&] { return number > 1 ? html("many") : html("{}", number); });
                }));
  };
  client.diff(render);
  numbers = std::vector<int>{2, 2};
  expect_eq(client.diff(render), R"({"0":{"k":{"0":{"0":{"s":0}},"kc":2}},"p":{"0":["many"]}})");
}

// The recordings "stream-delete" and "form".
PHX_TEST("a stream sends what is inserted and deleted once, and forgets it") {
  Stream<Item> items{"items"};
  Page client;
  const auto render = [&] {
    return html("<ul>{}</ul>", stream(items, [](const std::string& id, const Item& item) {
                  return html("<li id={}>{}</li>", id, item.name);
                }));
  };
  items.insert_all({{1, "one"}, {2, "two"}});
  expect_eq(
      client.diff(render),
      R"({"0":{"k":{"0":{"0":" id=\"items-1\"","1":"one"},"1":{"0":" id=\"items-2\"","1":"two"},"kc":2},"s":0,"stream":["0",[["items-2",-1,null,null],["items-1",-1,null,null]],[]]},"p":{"0":["<li",">","</li>"],"1":["<ul>","</ul>"]},"r":1,"s":1})");
  items.remove(1);
  expect_eq(client.diff(render), R"({"0":{"k":{"kc":0},"stream":["0",[],["items-1"]]}})");
  expect_eq(client.diff(render), "{}");
  items.reset();
  items.insert({3, "three"}, {.at = 0, .limit = -5});
  expect_eq(
      client.diff(render),
      R"({"0":{"k":{"0":{"0":" id=\"items-3\"","1":"three"},"kc":1},"stream":["0",[["items-3",0,-5,false]],[],true]}})");
}

PHX_TEST("a stream that waits for a diff has a limit") {
  Stream<Item> items{"items"};
  for (std::size_t i = 1; i < live_view::max_stream_changes; ++i) items.insert({1, "one"});
  items.remove(1);
  const std::string why = expect_throw<std::length_error>([&] { items.insert({1, "one"}); });
  expect(why.find("10000") != std::string::npos, why);
}

// --- Components ----------------------------------------------------------------------------------

namespace {
struct Step : LiveComponent {
  Assign<int> by = 1;
  Assign<int> clicks = 0;
  Html render() override { return html("<b id={}>{}/{}</b>", id, by, clicks); }
  Result handle_event(std::string_view, const Json&) override {
    clicks += by;
    return NoReply{};
  }
};
}  // namespace

PHX_TEST("a component has a tree of its own, and a diff of its own") {
  Assign<int> by = 2;
  Page client;
  const auto render = [&] {
    return html("<i>{}</i>", component<Step>("stepper", [&](Step& step) { step.by = by.get(); }));
  };
  expect_eq(
      client.diff(render),
      R"({"0":1,"c":{"1":{"0":" id=\"stepper\"","1":"2","2":"0","r":1,"s":["<b",">","/","</b>"]}},"p":{"0":["<i>","</i>"]},"r":1,"s":0})");
  client.components().find(1)->component->handle_event("step", {});
  expect_eq(client.diff_of(1), R"({"c":{"1":{"2":"2"}}})");
  by = 3;
  expect_eq(client.diff(render), R"({"0":1,"c":{"1":{"1":"3"}}})");
  expect_eq(client.diff(render), "{}");
  expect_eq(page(render), R"(<i><b id="stepper">3/0</b></i>)");
}

PHX_TEST("the entries of a component's list share the statics of what is in them") {
  struct Lister : LiveComponent {
    std::vector<std::string> names{"a", "b"};
    Html render() override {
      return html("<ul id={}>{}</ul>", id, each(names, [](const std::string& name) {
                    return html("<li>{}</li>", [&] { return html("<b>{}</b>", name); });
                  }));
    }
  };
  Page client;
  const std::string diff =
      client.diff([&] { return html("<i>{}</i>", component<Lister>("lister", [](Lister&) {})); });
  const std::size_t first = diff.find("<b>");
  expect(first != std::string::npos && diff.find("<b>", first + 1) == std::string::npos,
         "<b> is sent once, in " + diff);
}

PHX_TEST("a page has at most 10,000 components") {
  const auto render = [](int count) {
    std::vector<int> ids(static_cast<std::size_t>(count));
    std::iota(ids.begin(), ids.end(), 0);
    return [ids] {
      return html(
          "{}", each(ids, [](int id) { return html("{}", component<Step>(std::to_string(id))); }));
    };
  };
  Page().diff(render(10'000));
  const std::string why = expect_throw<std::length_error>([&] { Page().diff(render(10'001)); });
  expect(why.find("at most 10000 components") != std::string::npos, why);
}

PHX_TEST("two components of one id are refused; a destroyed one is made again") {
  Page client;
  expect_throw<std::logic_error>([&] {
    client.diff([] { return html("{}{}", component<Step>("a"), component<Step>("a")); });
  });
  Assign<bool> shown = true;
  Page other;
  const auto render = [&] {
    return html("{}", [&] { return shown ? html("{}", component<Step>("a")) : Html(); });
  };
  other.diff(render);
  expect(!other.components().destroy(1), "a component that is in the page stays");
  shown = false;
  other.diff(render);
  other.components().doom(1);
  expect(other.components().destroy(1), "one that the client has dropped goes");
  shown = true;
  expect(other.diff(render).find(R"("c":{"2":)") != std::string::npos,
         "it comes back as another one");
}

// --- Misuse --------------------------------------------------------------------------------------

PHX_TEST("html() may only be called in render(), once for each hole") {
  expect_throw<std::logic_error>([] { html("<p></p>"); });
  Page client;
  expect_throw<std::logic_error>([&] {
    client.diff([] {
      html("<p></p>");
      return html("<b></b>");
    });
  });
  expect_throw<std::logic_error>([&] { client.diff([] { return Html(); }); });
}

PHX_TEST("what a page carries besides: events, a reply, a title") {
  Page client;
  const auto render = [] { return html("<p></p>"); };
  client.diff(render);
  expect_eq(
      client.diff(render,
                  {.events = R"([["told",{"n":1}]])", .reply = R"({"a":1})", .title = "A \"b\""}),
      R"({"e":[["told",{"n":1}]],"r":{"a":1},"t":"A \"b\""})");
}

// A page outlives its components: a hole that noted one's id would read it after its end.
PHX_TEST("a page does not depend on the ids of its components, nor on what they read in mount()") {
  struct Counting : Step {
    void mount() override { clicks = clicks.get() + 1; }
  };
  Page client;
  Assign<bool> both = true;
  const auto render = [&] {
    return html(
        "{}{}", [&] { return both ? html("{}", component<Counting>("a")) : Html(); },
        component<Counting>("b"));
  };
  client.diff(render);
  client.components().find(1)->component->id.touch();
  client.components().find(1)->component->myself.touch();
  static_cast<Counting&>(*client.components().find(1)->component).clicks.touch();
  expect_eq(client.diff(render), "{}");
}
