/// Q: servers of live pages that say too little, too much, or something else.

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

using Messages = std::vector<Message>;

bool of_a_view(const Message& m) { return m.topic.starts_with("lv:"); }
bool of_an_upload(const Message& m) { return m.topic.starts_with("lvu:"); }
bool view_joined(const Message& m) { return of_a_view(m) && m.is_join_reply(); }
bool view_answered(const Message& m) { return of_a_view(m) && m.is_reply() && !m.is_join_reply(); }
bool view_pushes(const Message& m) { return of_a_view(m) && m.is_push(); }

/// The payload with one text replaced wherever it stands.
void instead(Message& m, std::string_view from, std::string_view to) {
  m.payload = replaced(std::move(m.payload), from, to);
}
void body_instead(Response& response, std::string_view from, std::string_view to) {
  response.body = replaced(std::move(response.body), from, to);
}

MUTANT("live-page-without-its-view", "a live view's first page is empty, until it is joined",
       "Q-01 Q-02") {
  return on_response("/counter", [](const Request&, Response& response) {
    body_instead(response, "<b id=\"count\">0</b>", "");
  });
}

MUTANT("live-page-without-tokens", "a live view's page has no token of its own", "Q-01") {
  return on_response("/counter", [](const Request&, Response& response) {
    body_instead(response, " data-phx-static=", " data-static=");
  });
}

MUTANT("live-join-without-a-part", "a join's page lacks a part of the first one", "Q-02") {
  return on_way_down(view_joined, [](Message& m) { instead(m, "server patch", ""); });
}

MUTANT("live-tokens-not-checked", "a refused join of a view is said to be fine", "Q-03 Q-05") {
  return on_way_down(view_joined, [](Message& m) {
    if (m.payload.find("stale") != std::string::npos)
      m.payload = R"({"response":{"rendered":{"s":[""]}},"status":"ok"})";
  });
}

MUTANT("live-views-not-told-apart", "another view's token is as good as its own", "Q-04") {
  return on_way_down(view_joined, [](Message& m) { instead(m, "unauthorized", "stale"); });
}

MUTANT("live-click-lost", "a click changes nothing", "Q-06 Q-07 Q-15") {
  return on_way_up(
      of_a_view, [](Message& m) { instead(m, R"("event":"inc")", R"("event":"lv:clear-flash")"); });
}

MUTANT("live-condition-not-shown", "a part whose condition has come true does not appear", "Q-06") {
  return on_way_down(view_answered, [](Message& m) { instead(m, "more than one", ""); });
}

MUTANT("live-texts-sent-again", "each diff has the texts that the client has", "Q-07") {
  return on_way_down(view_answered,
                     [](Message& m) { instead(m, R"("4":"")", R"("4":{"s":[""]})"); });
}

MUTANT("live-component-not-found", "a component's event goes to the view", "Q-08") {
  return on_way_up(of_a_view, [](Message& m) {
    instead(m, R"("event":"step")", R"("event":"lv:clear-flash")");
    instead(m, R"(,"cid":1)", "");
  });
}

MUTANT("live-form-not-nested", "a form's names are not taken apart", "Q-09") {
  return on_way_up(of_a_view, [](Message& m) { instead(m, "item%5Bname%5D=", "item.name="); });
}

MUTANT("live-lists-do-not-grow", "a list's new item does not come", "Q-09 Q-10") {
  return on_way_down(view_answered, [](Message& m) { instead(m, R"("kc":3)", R"("kc":2)"); });
}

MUTANT("live-text-is-html", "what a user typed is HTML in the page", "Q-10") {
  return on_way_down(view_answered, [](Message& m) { instead(m, "&lt;b&gt;&amp;", "<b>&"); });
}

MUTANT("live-stream-at-the-beginning", "a stream's item is inserted at the other end", "Q-11") {
  return on_way_down(view_answered,
                     [](Message& m) { instead(m, R"("items-3",-1)", R"("items-3",0)"); });
}

MUTANT("live-stream-keeps", "a stream's item is never deleted", "Q-11") {
  return on_way_down(view_answered, [](Message& m) { instead(m, R"(["items-1"])", "[]"); });
}

MUTANT("live-hook-unanswered", "a hook gets no reply", "Q-12") {
  return on_way_down(view_answered, [](Message& m) { instead(m, R"("r":{"answer":42})", ""); });
}

MUTANT("live-event-not-pushed", "an event for the page's hooks is lost", "Q-12") {
  return on_way_down(view_answered, [](Message& m) { instead(m, R"(["told",{"n":1}])", ""); });
}

MUTANT("live-title-lost", "a new title does not come", "Q-13") {
  return on_way_down(view_answered, [](Message& m) { instead(m, R"("t":"Renamed")", ""); });
}

MUTANT("live-flash-stays", "a flash is never cleared", "Q-13") {
  return on_way_up(of_a_view,
                   [](Message& m) { instead(m, R"({"key":"info"})", R"({"key":"none"})"); });
}

MUTANT("live-push-lost", "what changes without an event is not sent", "Q-14") {
  return lost_on_way_down([](const Message& m) { return view_pushes(m) && m.event == "diff"; });
}

MUTANT("live-patch-not-announced", "a view's patch is not announced to the page", "Q-15") {
  return lost_on_way_down(
      [](const Message& m) { return view_pushes(m) && m.event == "live_patch"; });
}

MUTANT("live-patch-to-any-view", "a patch to another view is answered as if it stayed", "Q-15") {
  return on_way_down(view_answered, [](Message& m) { instead(m, R"("link_redirect":true)", ""); });
}

MUTANT("live-redirect-without-status", "a redirect does not say with which status", "Q-16") {
  return on_way_down(view_answered, [](Message& m) { instead(m, R"("status":302,)", ""); });
}

MUTANT("live-view-stays-open", "a view that has gone elsewhere does not close", "Q-16 Q-19") {
  return lost_on_way_down([](const Message& m) { return of_a_view(m) && closing(m); });
}

MUTANT("live-navigation-goes-nowhere", "a navigation shows the view that it left", "Q-17") {
  return on_way_up(of_a_view, [](Message& m) {
    if (m.payload.find("\"redirect\"") != std::string::npos) instead(m, "/other", "/counter");
  });
}

MUTANT("live-crash-not-told", "a view's crash is not reported to the page", "Q-18") {
  return lost_on_way_down([](const Message& m) { return of_a_view(m) && erring(m); });
}

MUTANT("live-crash-forgotten", "after a crash the view goes on where it was", "Q-18") {
  return {.down = [](Link& link, Message m) {
    if (of_a_view(m) && erring(m)) link.notes["crashed"] = "yes";
    if (view_joined(m) && !link.notes["crashed"].empty())
      instead(m, R"("1":{"0":"0")", R"("1":{"0":"1")");
    return Messages{std::move(m)};
  }};
}

MUTANT("live-leave-answered-first", "a view that is left answers before it closes", "Q-19") {
  return late_on_way_down([](const Message& m) { return of_a_view(m) && closing(m); });
}

MUTANT("live-chunk-cut", "of a file's second chunk a byte is lost", "Q-20") {
  return {.up_frame = [](Link& link, Frame frame) {
    std::string& chunks = link.notes["chunks"];
    if (frame.opcode == Opcode::binary) chunks += '+';
    if (frame.opcode == Opcode::binary && chunks.size() == 2) frame.payload.pop_back();
    return std::vector<Frame>{std::move(frame)};
  }};
}

MUTANT("live-uploads-without-tokens", "an upload needs no token", "Q-21") {
  return on_way_down(of_an_upload, [](Message& m) {
    if (m.payload.find("invalid_token") != std::string::npos)
      m.payload = R"({"response":{},"status":"ok"})";
  });
}

}  // namespace
}  // namespace phx::conformance
