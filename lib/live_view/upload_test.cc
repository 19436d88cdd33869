/// Uploads: what may come, what is refused, and the channel that takes the bytes.

#include "live_view/upload.h"

#include "live_view/limits.h"
#include "testing/live_view_test.h"
#include "transport/longpoll.h"

using namespace phx;
using namespace phx::testing;

namespace {

constexpr std::size_t megabyte = 1'000'000;

class Drop : public LiveView {
 public:
  Html render() override {
    return html(R"(<form id="up" phx-change="picked" phx-submit="sent">{}{}</form>
<p id="errors">{}</p><p id="got">{}</p>)",
                live_file_input(one_), live_file_input(many_),
                [&] {
                  std::string all;
                  for (const Upload::Entry& entry : many_.entries.get())
                    all += entry.name + ":" + entry.error + ";";
                  for (const std::string& error : many_.errors()) all += error;
                  return all;
                },
                got_);
  }
  Result handle_event(std::string_view event, const Json& value) override {
    if (event == "cancel") many_.cancel(value["ref"].string_or(""));
    if (event == "sent") {
      for (const UploadedFile& file : one_.consume()) got_ = file.bytes;
    }
    return NoReply{};
  }

 private:
  Upload one_{*this, "one", {.max_file_size = 10, .chunk_size = 4}};
  Upload many_{*this,
               "many",
               {.accept = {".png", "text/*", "image/jpeg"},
                .max_entries = 2,
                .max_file_size = 100 * megabyte,
                .chunk_timeout = Millis{1'000}}};
  Assign<std::string> got_;
};

struct Site {
  Site() { live.view<Drop>("/up"); }
  Live live{{.secret_key_base = transport::random_secret(),
             .root = [](const RootPage& page) { return html("{}", page.content); }}};
  transport::Mount mount = live.mount();
};

struct Page : Site {
  LiveViewTest test{live};
  TestView page = test.live("/up");
  Client client = test.channels().connect(*mount.socket);
  const std::string ref = *page.element("input[name=many]").attribute("data-phx-upload-ref");

  static Json file(const std::string& entry_ref, const std::string& name, const std::string& type,
                   std::size_t size) {
    return Json::object({{"ref", entry_ref}, {"name", name}, {"type", type}, {"size", size}});
  }
  Json ask(std::initializer_list<Json> files) {
    Json entries = Json::array();
    for (const Json& one : files) entries.append(one);
    const MessageRef sent =
        page.channel().push("allow_upload", Json::object({{"ref", ref}, {"entries", entries}}));
    return page.channel().assert_reply(sent, Status::ok).json();
  }
  /// The channel of a file that may come.
  JoinedChannel start(std::size_t size) {
    const Json allowed = ask({file("0", "a.png", "", size)});
    return client.join("lvu:0", Json::object({{"token", allowed["entries"]["0"]}}));
  }
};

}  // namespace

PHX_TEST("a file is accepted by its suffix or its type") {
  for (const auto& [name, type, good] :
       std::initializer_list<std::tuple<const char*, const char*, bool>>{
           {"a.PNG", "", true},
           {"a.exe", "image/jpeg", true},
           {"a.exe", "text/plain", true},
           {"a.exe", "image/gif", false},
           {"png", "", false}}) {
    Page f;
    const Json answer = f.ask({Page::file("0", name, type, 5)});
    expect_eq(answer[good ? "errors" : "error"].dump(),
              good ? std::string("{}") : std::string(R"([["0","not_accepted"]])"));
    expect_eq(answer["entries"].has("0"), good);
  }
}

PHX_TEST("a file that is too large is refused, and so are more than there may be") {
  Page f;
  const Json refused = f.ask({Page::file("0", "a.png", "", 100 * megabyte + 1)});
  expect_eq(refused["error"].dump(), R"([["0","too_large"]])");
  expect(!refused.has("entries"), "no file may come");
  Page g;
  g.page.channel().push(
      "event",
      Json::object(
          {{"type", "form"},
           {"event", "picked"},
           {"value", ""},
           {"uploads", Json::object({{g.ref, Json::array({Page::file("0", "a.png", "", 1),
                                                          Page::file("1", "b.png", "", 1),
                                                          Page::file("2", "c.png", "", 1)})}})}}));
  g.page.assert_has("#errors", "a.png:;b.png:;c.png:;too_many_files");
  expect_eq(g.ask({Page::file("0", "a.png", "", 1)})["error"].dump(),
            R"([[")" + g.ref + R"(","too_many_files"]])");
}

PHX_TEST("one refused file holds the others back until it is cancelled") {
  Page f;
  const Json good = Page::file("0", "a.png", "", 1), bad = Page::file("1", "b.exe", "", 1);
  expect_eq(f.ask({good, bad})["error"].dump(), R"([["1","not_accepted"]])");
  f.page.channel().push(
      "event", Json::object({{"type", "click"}, {"event", "cancel"}, {"value", {{"ref", "1"}}}}));
  expect(f.ask({good})["entries"].has("0"), "the good one may come");
}

PHX_TEST("the newest of a single file takes the place of the last one") {
  Page f;
  const std::string one = *f.page.element("input[name=one]").attribute("data-phx-upload-ref");
  const auto ask = [&](const char* entry_ref, std::size_t size) {
    const MessageRef sent = f.page.channel().push(
        "allow_upload",
        Json::object(
            {{"ref", one}, {"entries", Json::array({Page::file(entry_ref, "a", "", size)})}}));
    return f.page.channel().assert_reply(sent, Status::ok).json();
  };
  expect_eq(ask("0", 11)["error"].dump(), R"([["0","too_large"]])");
  const Json first = ask("1", 5);
  const JoinedChannel channel =
      f.client.join("lvu:1", Json::object({{"token", first["entries"]["1"]}}));
  expect(ask("2", 6)["entries"].has("2"), "it may come");
  channel.assert_down({process::ExitReason::shutdown, "closed"});
}

// The first time, Phoenix notes which component asks, and so its input is rendered again.
PHX_TEST(
    "a progress that changes nothing is answered without a diff, and a wrong one ends the view") {
  Page f;
  const auto response = [&](const char* event, const Json& payload) {
    const MessageRef sent = f.page.channel().push(event, payload);
    return f.page.channel().assert_reply(sent, Status::ok).json();
  };
  const auto progress = [&](const char* entry_ref, const Json& value) {
    return Json::object({{"ref", f.ref}, {"entry_ref", entry_ref}, {"progress", value}});
  };
  const Json none = Json::object({{"ref", f.ref}, {"entries", Json::array()}});
  expect(response("allow_upload", none).has("diff"), "the first time");
  expect(!response("allow_upload", none).has("diff"), "the second time");
  f.ask({Page::file("0", "a.png", "", 5)});
  expect_eq(response("progress", progress("5", 10)).dump(), "{}");
  expect_eq(response("progress", progress("0", Json::object({{"error", "gone"}}))).dump(), "{}");
  expect(response("progress", progress("0", 40)).has("diff"), "it has come further");
  f.test.channels().trap_exits();
  f.page.channel().push("progress", progress("0", 101));
  f.page.channel().assert_down();
}

PHX_TEST("a view's files have a limit in bytes and in number") {
  Page f;
  const Json answer = f.ask(
      {Page::file("0", "a.png", "", live_view::max_upload_bytes), Page::file("1", "b.png", "", 1)});
  expect(answer["entries"].has("0"), "the first may come");
  expect_eq(answer["errors"].dump(), R"({"1":["too_large"]})");

  Page g;
  Json names = Json::array();
  for (std::size_t i = 0; i <= live_view::max_upload_entries; ++i)
    names.append(Page::file(std::to_string(i), "a.png", "", 1));
  g.test.channels().trap_exits();
  g.page.channel().push("allow_upload", Json::object({{"ref", g.ref}, {"entries", names}}));
  const auto end = g.page.channel().assert_down();
  expect(end.detail.find("at most 100 files") != std::string::npos, end.detail);
}

PHX_TEST("a chunk that is more than was announced ends the upload, and the view goes on") {
  Page f;
  const JoinedChannel channel = f.start(5);
  channel.assert_reply(channel.push("chunk", Payload::binary("1234")), Status::ok);
  channel.assert_reply(channel.push("chunk", Payload::binary("56")), Status::error,
                       {{"limit", 5}, {"reason", "file_size_limit_exceeded"}});
  channel.assert_down({process::ExitReason::shutdown, "closed"});
  f.page.channel().refute_down();
}

PHX_TEST("a chunk that is late ends the upload") {
  Page f;
  const JoinedChannel channel = f.start(5);
  channel.push("chunk", Payload::binary("1"));
  f.test.pass(Millis{999});
  channel.refute_down();
  f.test.pass(Millis{1});
  channel.assert_down({process::ExitReason::shutdown, "closed"});
}

PHX_TEST("a token opens one channel, and only as long as its view lives") {
  Page f;
  const Json allowed = f.ask({Page::file("0", "a.png", "", 5), Page::file("1", "b.png", "", 5)});
  const Json first = Json::object({{"token", allowed["entries"]["0"]}});
  const Json second = Json::object({{"token", allowed["entries"]["1"]}});
  f.client.join("lvu:0", first);
  expect_eq(f.client.join_refused("lvu:1", first).json().dump(),
            R"({"reason":"already_registered"})");
  expect_eq(f.client.join_refused("lvu:2", Json::object({{"token", "forged"}})).json().dump(),
            R"({"reason":"invalid_token"})");
  f.page.channel().leave();
  expect_eq(f.client.join_refused("lvu:3", second).json().dump(), R"({"reason":"disallowed"})");
}

PHX_TEST("a join without a token, or with one of another kind, crashes") {
  Page f;
  f.test.channels().trap_exits();
  const std::string page = f.test.get("/up").body;
  const std::size_t from = page.find("data-phx-session=\"") + 18;
  const std::string session = page.substr(from, page.find('"', from) - from);
  for (const Json& wrong : {Json(), Json(4), Json(session)}) {
    const std::string why = expect_throw<Failure>([&] {
      f.client.join_refused("lvu:0", Json::object({{"token", wrong}}));
    });
    expect(why.find("crash: expected a") != std::string::npos, why);
  }
}

PHX_TEST("an upload ends with its view") {
  Page f;
  const JoinedChannel channel = f.start(5);
  f.page.channel().leave();
  channel.assert_down({process::ExitReason::shutdown, "closed"});
}

PHX_TEST("a file that was cancelled does not come, whether it has begun or not") {
  Page f;
  const JoinedChannel channel = f.start(5);
  const auto cancel = [](TestView& page) {
    page.channel().push(
        "event", Json::object({{"type", "click"}, {"event", "cancel"}, {"value", {{"ref", "0"}}}}));
  };
  cancel(f.page);
  channel.assert_down({process::ExitReason::shutdown, "closed"});

  Page g;
  const Json allowed = g.ask({Page::file("0", "a.png", "", 5)});
  cancel(g.page);
  g.client.join_refused("lvu:0", Json::object({{"token", allowed["entries"]["0"]}}));
}

PHX_TEST("a file is consumed when it has come, and not before") {
  Page f;
  expect(!f.page.upload("#up", "one", {"a", "", "0123456789"}), "it may come");
  f.page.form("#up").submit();
  f.page.assert_has("#got", "0123456789");
  expect_eq(*f.page.upload("#up", "one", {"b", "", "0123456789x"}), "too_large");

  Page g;
  g.test.channels().trap_exits();
  const std::string ref = *g.page.element("input[name=one]").attribute("data-phx-upload-ref");
  g.page.channel().push(
      "allow_upload",
      Json::object({{"ref", ref}, {"entries", Json::array({Page::file("0", "a", "", 5)})}}));
  g.page.form("#up").submit();
  const auto end = g.page.channel().assert_down();
  expect(end.detail.find("still on its way") != std::string::npos, end.detail);
}

PHX_TEST("a file that was only picked is not consumed either") {
  Page f;
  f.test.channels().trap_exits();
  const std::string ref = *f.page.element("input[name=one]").attribute("data-phx-upload-ref");
  f.page.channel().push(
      "event", Json::object({{"type", "form"},
                             {"event", "picked"},
                             {"value", ""},
                             {"uploads",
                              Json::object({{ref, Json::array({Page::file("0", "a", "", 5)})}})}}));
  f.page.form("#up").submit();
  f.page.channel().assert_down();
}
