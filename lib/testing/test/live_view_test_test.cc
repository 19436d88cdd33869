/// The kit for tests of views: what a user can do to a page, and what each assertion says when it
/// fails.

#include "testing/live_view_test.h"

#include "testing/failures.h"
#include "testing/page_tree.h"
#include "transport/longpoll.h"

using namespace phx;
using namespace phx::testing;

namespace {

struct Tick {};

struct Item {
  int id;
  std::string name;
};

struct Stepper : LiveComponent {
  Assign<int> clicks = 0;
  Html render() override {
    return html(R"(<div id={}><button id="step" phx-click="step" phx-target={}>{}</button></div>)",
                id, myself, clicks);
  }
  Result handle_event(std::string_view, const Json&) override {
    clicks += 1;
    return NoReply{};
  }
};

/// A list with a form: all that a user can do.
class Names : public LiveView {
 public:
  void mount(const Json& params, const Json&) override {
    page_title = "Names";
    if (params.has("away")) redirect("/other");
    rows_.insert_all({{1, "one"}, {2, "two"}});
    subscribe("names");
  }
  void handle_params(const Json& params, std::string_view) override {
    sort_ = params["sort"].string_or("none");
  }
  Html render() override {
    return html(
        R"(<h1>{} of {}, sorted by {}</h1>
<button id="add" phx-click="add" phx-value-name="Ada">add</button>
<button id="off" phx-click="add" disabled>off</button>
<button id="by-script" phx-click={}>script</button>
<button id="go" phx-click="go">go</button><button id="tick" phx-click="tick">tick</button>
{}{}
<div id="hook" phx-hook="Ask"></div><input id="key" phx-keyup="key" phx-key="Enter">
<form id="form" phx-change="check" phx-submit="save">
<input type="text" name="item[name]" value={}><input type="checkbox" name="item[ok]" checked>
<select name="item[kind]"><option value="a">A</option><option value="b" selected>B</option></select>
<textarea name="item[note]">as it was</textarea>
</form>
<form id="up" phx-change="picked" phx-submit="sent">{}</form>
<ul id="names">{}</ul>
<ul id="rows" phx-update="stream">{}</ul>
{}
<p id="said">{}</p>)",
        last_, count_, sort_,
        R"([["push",{"event":"add","value":{"name":"Eve"}}],["hide",{"to":"#go"}]])",
        patch_link("/names?sort=age", {{"id", "sort"}}, [] { return html("sort"); }),
        navigate_link("/other", {{"id", "other"}}, [] { return html("other"); }), last_,
        live_file_input(file_),
        each(
            names_, [](const std::string& name) { return html("<li>{}</li>", name); },
            [](const std::string& name) { return name; }),
        stream(rows_, [](const std::string& id,
                         const Item& item) { return html("<li id={}>{}</li>", id, item.name); }),
        when([&] { return count_ < 3; }, [] { return html("{}", component<Stepper>("step-by")); }),
        said_);
  }
  Result handle_event(std::string_view event, const Json& value) override {
    if (event == "add") {
      add(value["name"].string_or("Bob"));
    } else if (event == "go") {
      put_flash("info", "moved");
      push_navigate("/other");
    } else if (event == "tick") {
      send_self_after(Millis{1'000}, Tick{});
    } else if (event == "boom") {
      throw std::runtime_error("boom");
    } else if (event == "ask") {
      return Reply::ok({{"double", value["n"].integer_or(0) * 2}});
    } else if (event == "sent") {
      for (const UploadedFile& file : file_.consume()) said_ = file.name + " " + file.bytes;
    } else if (event == "share") {
      broadcast_from("names", "add", {{"name", "Zoe"}});
    } else if (event != "picked") {
      said_ = std::string(event) + " " + value.dump();
      push_event("said", {{"event", event}});
    }
    return NoReply{};
  }
  void handle_info(process::Message message) override {
    if (message.holds<Tick>()) count_ += 100;
    if (const auto* said = pubsub::event_in<serializer::Broadcast>(message))
      add(said->payload["name"].string_or(""));
  }

 private:
  void add(const std::string& name) {
    count_ += 1;
    last_ = name;
    names_.change([&](auto& names) { names.insert(names.begin(), name); });
    rows_.insert({count_ + 10, name}, {.at = 0, .limit = 3});
    rows_.remove(1);
  }

  Assign<std::string> last_{"nobody"}, sort_, said_;
  Assign<int> count_ = 0;
  Assign<std::vector<std::string>> names_;
  Stream<Item> rows_{"rows"};
  Upload file_{*this, "file", {.accept = {".txt"}, .chunk_size = 4}};
};

struct Other : LiveView {
  Html render() override {
    return html(R"(<p id="here">other</p>{}<button phx-click="leave">leave</button>)",
                navigate_link("/names", {{"id", "back"}}, [] { return html("back"); }));
  }
  Result handle_event(std::string_view, const Json&) override {
    put_flash("info", "left");
    redirect("/names");
    return NoReply{};
  }
};

LiveOptions options() {
  return {.secret_key_base = transport::random_secret(),
          .root =
              [](const RootPage& page) {
                return html(
                    "<!DOCTYPE html><html><head><title>{}</title></head><body>{}</body></html>",
                    page.title, page.content);
              },
          .app =
              [](const AppPage& page) {
                return html(R"(<p id="flash">{}</p>{})", [&] { return page.flash("info"); },
                            page.content);
              }};
}

struct Site {
  Site() {
    live.view<Names>("/names");
    live.view<Other>("/other");
  }
  Live live{options()};
};
struct Pages : Site {
  LiveViewTest test{live};
  TestView page = test.live("/names");
};

}  // namespace

// --- What a user does ----------------------------------------------------------------------------

PHX_TEST("a page is opened, clicked, and shows what has changed") {
  const Pages f;
  expect_eq(f.page.title(), "Names");
  expect_eq(f.page.element("h1").text(), "nobody of 0, sorted by none");
  f.page.element("#add").click();
  expect_eq(f.page.element("h1").text(), "Ada of 1, sorted by none");
  f.page.element("button", "script").click();
  f.page.assert_has("#names li:nth-child(1)", "Eve");
  f.page.assert_has("#names li:nth-child(2)", "Ada");
  f.page.refute_has("#names li", "Bob");
  expect(f.page.has("h1", "Eve of 2"), "has() sees the same");
}

PHX_TEST("a stream's items come first, go, and are limited, as in a browser") {
  const Pages f;
  const auto rows = [&] { return f.page.element("#rows").text(); };
  expect_eq(rows(), "onetwo");
  f.page.element("#add").click();
  expect_eq(rows(), "Adatwo");
  f.page.element("#by-script").click();
  expect_eq(rows(), "EveAdatwo");
  f.page.element("#hook").hook("add", {{"name", "Bob"}});
  expect_eq(rows(), "BobEveAda");
}

PHX_TEST("a form is sent with its other fields as they are") {
  const Pages f;
  f.page.form("#form", {{"item[name]", "Ada & Bob"}, {"item[kind]", "a"}}).submit();
  expect_eq(f.page.element("#said").text(),
            R"(save {"item":{"kind":"a","name":"Ada & Bob","note":"as it was","ok":"on"}})");
  f.page.form("#form", {{"item[name]", "x"}}).change();
  f.page.assert_has("#said", R"("_target":["item","name"])");
  f.page.assert_push_event("said", containing(Json::object({{"event", "save"}})));
  f.page.assert_push_event("said", {{"event", "check"}});
}

PHX_TEST("keys and hooks") {
  const Pages f;
  f.page.element("#key").keyup("a");
  expect_eq(f.page.element("#said").text(), "");
  f.page.element("#key").keyup("Enter");
  f.page.assert_has("#said", R"("key":"Enter")");
  expect_eq(f.page.element("#hook").hook("ask", {{"n", 21}}).dump(), R"({"double":42})");
}

PHX_TEST("a component gets its own clicks, and is forgotten when the page drops it") {
  const Pages f;
  f.page.element("#step").click();
  expect_eq(f.page.element("#step").text(), "1");
  for (const char* name : {"Ada", "Bob", "Eve"})
    f.page.element("#hook").hook("add", {{"name", name}});
  f.page.refute_has("#step");
}

PHX_TEST("a patch stays, a navigation and a redirect are followed, with their flash") {
  Pages f;
  f.page.element("#sort").click();
  f.page.assert_patch("/names?sort=age");
  expect_eq(f.page.path(), "/names?sort=age");
  f.page.assert_has("h1", "sorted by age");
  f.page.element("#go").click();
  const TestView other = f.page.follow("/other");
  other.assert_has("#here");
  other.assert_has("#flash", "moved");
  other.element("button").click();
  other.assert_redirect("/names");
  const TestView names = other.follow("/names");
  names.assert_has("#flash", "left");
  names.element("#other").click();
  names.follow("/other").element("#back").click();
}

PHX_TEST("a file is sent in chunks, or refused") {
  const Pages f;
  expect(!f.page.upload("#up", "file", {"a.txt", "text/plain", "0123456789"}), "it may come");
  f.page.form("#up").submit();
  expect_eq(f.page.element("#said").text(), "a.txt 0123456789");
  expect_eq(*f.page.upload("#up", "file", {"a.exe", "text/plain", "0"}), "not_accepted");
}

PHX_TEST("time passes, and two browsers see each other") {
  Pages f;
  LiveViewTest bobs(f.test);
  const TestView bob = bobs.live("/names");
  f.page.element("#tick").click();
  f.test.pass(Millis{999});
  f.page.assert_has("h1", "of 0");
  f.test.pass(Millis{1});
  f.page.assert_has("h1", "of 100");
  f.page.element("#hook").hook("share");
  bob.assert_has("h1", "Zoe of 1");
  f.page.assert_has("h1", "nobody of 100");
}

PHX_TEST("a crash fails the test, unless it is expected") {
  Pages f;
  expect_failure([&] { f.page.element("#hook").hook("boom"); }, {"no process crashes", "boom"});
  Pages g;
  g.test.channels().trap_exits();
  g.page.element("#hook").hook("boom");
  g.page.channel().assert_down({process::ExitReason::crash, "boom"});
}

// --- Failures ------------------------------------------------------------------------------------

PHX_TEST("each failure says what was expected, what is there, and what to do") {
  Pages f;
  expect_failure([&] { f.page.assert_has("h2"); }, {"the page has h2", "The page:", "<h1>nobody"});
  expect_failure([&] { f.page.refute_has("h1", "nobody"); }, {"no h1 with the text \"nobody\""});
  expect_failure([&] { f.page.element("button").click(); }, {"one element button", "6 of them"});
  expect_failure([&] { f.page.element("#of").click(); }, {"one element #of", "none"});
  expect_failure([&] { f.page.element("#off").click(); }, {"it is disabled"});
  expect_failure([&] { f.page.element("h1").click(); }, {"neither phx-click nor a link"});
  expect_failure([&] { f.page.element("h1").keyup("a"); }, {"has phx-keyup"});
  expect_failure([&] { f.page.element("h1").hook("a"); }, {"has no phx-hook"});
  expect_failure(
      [&] {
        f.page.form("#form", {{"name", "x"}}).submit();
      },
      {"a field name", "item[name], item[ok], item[kind], item[note]"});
  expect_failure(
      [&] {
        f.page.form("#up").change();
        f.page.form("h1").submit();
      },
      {"h1 has phx-submit"});
  expect_failure([&] { f.page.assert_patch("/x"); }, {"a patch to /x", "none"});
  expect_failure([&] { f.page.follow("/x"); }, {"goes to /x", "it stays"});
  expect_failure([&] { f.page.assert_push_event("x"); }, {"push_event x", "none"});
  expect_failure([&] { f.test.live("/nowhere"); }, {"a page at /nowhere", "status 404"});
  expect_failure([&] { f.test.live("/names?away=1"); }, {"status 302 to /other"});
  f.page.element("#other").click();
  expect_failure([&] { f.page.element("#add").click(); }, {"it has gone to /other", "follow("});
}

// --- Pages ---------------------------------------------------------------------------------------

PHX_TEST("a page that a browser would have to mend is refused, with the place") {
  for (const auto& [html, what] : std::initializer_list<std::pair<const char*, const char*>>{
           {"<p><b>x</p>", "expected </b>, got </p>"},
           {"<p>x", "expected </p>, and the page ends"},
           {"x</p>", "expected no </p>"},
           {"<p id=\"a\"></p><p id=\"a\"></p>", "two elements with \"a\""},
           {"<p title=\"a></p>", "a quote that ends the attribute title"}}) {
    const std::string text = expect_throw<std::invalid_argument>([&] { PageElement::parse(html); });
    expect(text.find(what) != std::string::npos, text);
  }
}

PHX_TEST("a selector finds elements by what it names") {
  const PageElement page = PageElement::parse(
      R"(<!-- none --><ul id="l" class="a b"><li data-x="one">1</li><LI><p><b>2</b></p><br></LI></ul><script>a < b</script>)");
  const auto texts = [&](const char* selector) {
    std::string all;
    for (const PageElement* element : page.find(selector)) all += element->text() + ";";
    return all;
  };
  expect_eq(texts("li"), "1;2;");
  expect_eq(texts("ul > li"), "1;2;");
  expect_eq(texts("ul > b"), "");
  expect_eq(texts("#l.a.b b"), "2;");
  expect_eq(texts("li:nth-child(2), script"), "2;a < b;");
  expect_eq(texts("[data-x^=on][data-x$='ne']"), "1;");
  expect_eq(texts("[data-x=\"two\"]"), "");
  expect_eq(texts("ul > *"), "1;2;");
  for (const char* wrong : {"", "a >", "a:hover", "[x", "#", "li:nth-child(0)"})
    expect_throw<std::invalid_argument>([&] { page.find(wrong); });
}

PHX_TEST("a diff of what the page does not have is refused") {
  PageTree tree;
  tree.merge(Json::parse(
      R"({"0":"a","1":{"k":{"0":{"0":"x"},"kc":1},"s":0},"s":1,"p":{"0":["<i>","</i>"],"1":["","",""]}})"));
  expect_eq(tree.html(), "a<i>x</i>");
  for (const char* wrong : {R"({"2":"b"})", R"({"0":{"k":{"kc":0}}})",
                            R"({"1":{"k":{"0":5,"kc":1}}})", R"({"0":{"s":7}})"})
    expect_throw<std::runtime_error>([&] { tree.merge(Json::parse(wrong)); });
  tree.merge(Json::parse(R"({"1":{"k":{"1":{"0":"y"},"kc":2}}})"));
  tree.merge(Json::parse(R"({"1":{"k":{"0":1,"1":[0,{"0":"z"}],"kc":2}}})"));
  expect_eq(tree.html(), "a<i>y</i><i>z</i>");
}
