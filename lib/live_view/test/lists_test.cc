/// The diffs of lists: their statics, their keys, and lists without entries.

#include "live_view/component.h"
#include "live_view/html.h"
#include "live_view/keyed.h"
#include "live_view/stream.h"
#include "testing/case.h"
#include "testing/each.h"

using namespace phx;
using live_view::Page;
using testing::expect;
using testing::expect_eq;
using testing::expect_throw;
using testing::Failure;

namespace {

using Names = std::vector<std::string>;

/// Each name as an element of its own inside of its entry.
Html nested(const Names& names) {
  return html("{}", each(names, [](const std::string& name) {
                return html("<li>{}</li>", [&] { return html("<b>{}</b>", name); });
              }));
}

}  // namespace

PHX_TEST("an entry without holes is sent when it is new, and not again") {
  Assign<int> count = 1;
  Page client;
  const auto render = [&] {
    return html("{}", each([&] { return std::vector<int>(static_cast<std::size_t>(count.get())); },
                           [](int) { return html("<li>x</li>"); }));
  };
  client.diff(render);
  count = 2;
  expect_eq(client.diff(render), R"({"0":{"k":{"1":{},"kc":2}}})");
}

PHX_TEST(
    "entries that all change to another template are refused: the client has the first one's") {
  Assign<bool> bold = true;
  Page client;
  const auto render = [&] {
    return html("{}", each([&] { return Names(bold.get() ? 1 : 2, "a"); },
                           [&](const std::string& name) {
                             return bold ? html("<b>{}</b>", name) : html("<i>{}</i>", name);
                           }));
  };
  client.diff(render);
  bold = false;
  expect_throw<std::logic_error>([&] { client.diff(render); });
}

PHX_TEST("a key that comes twice is refused, be it new or known") {
  testing::each(
      {Names{"a", "a"}, Names{"b", "b"}, Names{"b", "a", "b"}, Names{"", "a", "a"}},
      [](const Names& twice) {
        Assign<Names> names{Names{}};
        const auto render = [&] {
          return html("{}",
                      each(
                          names, [](const std::string& name) { return html("<li>{}</li>", name); },
                          [](const std::string& name) { return name; }));
        };
        Page fresh, known;
        known.diff(render);
        names = Names{"a"};
        known.diff(render);
        names = twice;
        expect_throw<std::logic_error>([&] { fresh.diff(render); });
        expect_throw<std::logic_error>([&] { known.diff(render); });
      });
}

PHX_TEST(
    "a list that never had entries is an empty text: sent first, and when its assign changes") {
  Assign<int> count = 0;
  Assign<Names> names;
  const Names none;
  const auto item = [](const std::string& name) { return html("<li>{}</li>", name); };
  const auto render = [&] { return html("{}{}{}", count, each(names, item), each(none, item)); };
  Page client;
  expect(client.diff(render).starts_with(R"({"0":"0","1":"","2":"")"), "each is sent first");
  count = 1;
  client.diff(render);  // which learns that the third hole's text stays as it is
  count = 2;
  expect_eq(client.diff(render), R"({"0":"2"})");
  names.touch();
  expect_eq(client.diff(render), R"({"1":""})");
}

namespace {

struct Lister : LiveComponent {
  Assign<Names> names{Names{}};
  Html render() override {
    return html("<ul id={}>{}</ul>", id, [&] { return nested(names.get()); });
  }
};
/// A list without entries, and after it an element.
struct Nobody : LiveComponent {
  const Names none;
  Html render() override {
    return html(
        "<ul id={}>{}{}</ul>", id, [&] { return nested(none); },
        [] { return html("<p>{}</p>", "nobody"); });
  }
};

}  // namespace

PHX_TEST("in a component, what follows a list without entries has its statics where it is") {
  Page client;
  const std::string diff =
      client.diff([&] { return html("<i>{}</i>", component<Nobody>("nobody")); });
  expect(diff.find(R"("2":{"0":"nobody","r":1,"s":["<p>","</p>"]})") != std::string::npos, diff);
}

PHX_TEST("in a component, an entry's new template comes with its statics, whenever it comes") {
  Page client;
  const auto render = [&] { return html("<i>{}</i>", component<Lister>("lister")); };
  const auto diff_with = [&](const Names& names) {
    static_cast<Lister&>(*client.components().find(1)->component).names = names;
    return client.diff_of(1);
  };
  client.diff(render);
  diff_with({"a"});
  expect_eq(diff_with({"a", "b"}),
            R"({"c":{"1":{"1":{"0":{"k":{"1":{"0":{"0":"b","r":1,"s":0}},"kc":2},)"
            R"("p":{"0":["<b>","</b>"]}}}}}})");
}

PHX_TEST("a list that only gets shorter says so by its count, and a list that stays says nothing") {
  Assign<Names> names{Names{"a", "b", "c"}};
  Page client;
  const auto render = [&] {
    return html("{}",
                each(names, [](const std::string& name) { return html("<li>{}</li>", name); }));
  };
  client.diff(render);
  names = Names{"a", "b"};
  expect_eq(client.diff(render), R"({"0":{"k":{"kc":2}}})");
  names.touch();
  expect_eq(client.diff(render), "{}");
}

PHX_TEST("keys are compared whole, however long they are and however they begin") {
  const Names before{"anna", "ann", "a long name, longer than a short string"};
  Assign<Names> names{before};
  Page client;
  const auto render = [&] {
    return html("{}", each(
                          names, [](const std::string& name) { return html("<li>{}</li>", name); },
                          [](const std::string& name) { return name; }));
  };
  client.diff(render);
  names = Names{before[2], before[1], before[0]};
  expect_eq(client.diff(render), R"({"0":{"k":{"0":2,"2":0,"kc":3}}})");
  names = before;
  expect_eq(client.diff(render), R"({"0":{"k":{"0":2,"2":0,"kc":3}}})");
}

namespace {
struct Row {
  int id = 0;
  std::string name;
};
}  // namespace

PHX_TEST("a stream's item without html, or with another template than the first, is refused") {
  const std::vector<Row> rows{{1, "one"}, {2, "two"}};
  Stream<Row> bare{"bare"}, mixed{"mixed"};
  bare.insert_all(rows);
  mixed.insert_all(rows);
  Page first, second;
  expect_throw<std::logic_error>([&] {
    first.diff([&] {
      return html("{}", stream(bare, [](const std::string&, const Row&) { return Html(); }));
    });
  });
  expect_throw<std::logic_error>([&] {
    second.diff([&] {
      return html("{}", stream(mixed, [](const std::string& id, const Row& row) {
                    return row.id == 1 ? html("<b id={}>{}</b>", id, row.name)
                                       : html("<i id={}>{}</i>", id, row.name);
                  }));
    });
  });
}

PHX_TEST("in a component, a new list has its place for statics before its own statics") {
  Page client;
  client.diff([&] { return html("<i>{}</i>", component<Lister>("lister")); });
  static_cast<Lister&>(*client.components().find(1)->component).names = Names{"a"};
  const std::string diff = client.diff_of(1);
  const std::size_t place = diff.find(R"("p":{"0":["<b>","</b>"]})");
  const std::size_t own = diff.find(R"("s":["<li>","</li>"])");
  expect(place != std::string::npos && own != std::string::npos && place < own, diff);
}
