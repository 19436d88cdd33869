/// What the page shows, and how a change reaches everybody.

#include "board.h"

#include <memory>

namespace demo {
namespace {

using phx::each;
using phx::html;
using phx::Json;
using phx::NoReply;

constexpr const char* topic = "board";
constexpr std::size_t newest = 20;
constexpr std::size_t longest_name = 40;  // bytes

/// The page's script; a template would take its braces for holes.
constexpr const char* board_script = R"(
  const csrf = document.querySelector("meta[name='csrf-token']").content;
  const glass_token = sessionStorage.getItem("glass_token");  // set by chapter 19's page alone
  const params = {_csrf_token: csrf, ...(glass_token && {glass_token})};
  const live = new LiveView.LiveSocket("/live", Phoenix.Socket, {params});
  live.connect();
)";

}  // namespace

// --- The state -----------------------------------------------------------------------------------

BoardState Board::state() const {
  const std::lock_guard lock(guard_);
  return state_;
}

void Board::add(int by) {
  const std::lock_guard lock(guard_);
  state_.count += by;
}

void Board::sign(std::string name) {
  const std::lock_guard lock(guard_);
  state_.names.insert(state_.names.begin(), std::move(name));
  if (state_.names.size() > newest) state_.names.resize(newest);
}

// --- The page ------------------------------------------------------------------------------------

//! [board_share]
void BoardView::mount(const Json&, const Json&) {
  page_title = "Board";
  subscribe(topic);  // first: what changes after look() is broadcast
  look();
}

void BoardView::look() {
  const BoardState now = board_->state();
  count_ = now.count;
  names_ = now.names;
}

void BoardView::tell() {
  look();
  broadcast_from(topic, "changed");
}

void BoardView::handle_info(phx::Message message) {
  if (phx::event_in<phx::Broadcast>(message) != nullptr) look();
}
//! [board_share]

phx::Html BoardView::render() {
  return html(R"(<h1>Everybody's board</h1>
<p>Count: <b id="count">{}</b>
<button id="less" phx-click="add" phx-value-by="-1">-</button>
<button id="more" phx-click="add" phx-value-by="1">+</button></p>
<form id="sign" phx-change="typed" phx-submit="sign">
<input type="text" name={} value={} autocomplete="off" aria-label="Your name"><button>sign</button>
<span id="error" role="alert">{}</span></form>
<ul id="names">{}</ul>)",
              count_, [&] { return form_->name("name"); }, [&] { return form_->value("name"); },
              error_,
              each(names_, [](const std::string& name) { return html("<li>{}</li>", name); }));
}

phx::Result BoardView::handle_event(std::string_view event, const Json& value) {
  const std::string name = value["sign"]["name"].string_or("");
  if (event == "add") {
    board_->add(value["by"].string_or("") == "-1" ? -1 : 1);
    tell();
  } else if (event == "typed") {
    form_ = phx::Form("sign", value["sign"]);
    error_ = name.size() > longest_name ? "That is too long." : "";
  } else if (event == "sign") {
    const bool good = !name.empty() && name.size() <= longest_name;
    error_ = good ? "" : "Give a name of at most 40 letters.";
    if (!good) return NoReply{};
    board_->sign(name);
    form_ = phx::Form("sign", {{"name", ""}});
    tell();
  } else {
    return unhandled(event);
  }
  return NoReply{};
}

// --- What stands around it -----------------------------------------------------------------------

phx::LiveOptions board_options(std::string secret_key_base) {
  return {.secret_key_base = std::move(secret_key_base),
          .session = {.key = "_board_key", .signing_salt = "board cookie"},
          .root = [](const phx::RootPage& page) {
            return html(R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="csrf-token" content={}>
<title>{}</title><link rel="icon" href="data:,">
<script defer src="/assets/phoenix.js"></script>
<script defer src="/assets/phoenix_live_view.js"></script>
<script type="module">{}</script></head>
<body>{}<p><a href="/">To the chat</a></p></body></html>)",
                        page.csrf_token, page.title, phx::safe(board_script), page.content);
          }};
}

void add_board(phx::Live& live) {
  live.view("/board",
            [board = std::make_shared<Board>()] { return std::make_unique<BoardView>(board); });
}

}  // namespace demo
