/// Parses bytes to messages, and passes on the same bytes unless a message was changed.

#include "conformance/proxy/link.h"

#include <utility>

#include "conformance/suite/wire/json.h"

namespace phx::conformance {
namespace {

Frame text_frame(std::string payload) { return {.payload = std::move(payload), .masked = false}; }

}  // namespace

Link::Link(Tamper& tamper, std::list<Link>& all, int number, int client, int server)
    : tamper_(tamper), all_(all), number_(number), client_{client}, server_{server} {}

Link::~Link() {
  close_end(client_);
  close_end(server_);
}

// --- For a Tamper -------------------------------------------------------------------------------

void Link::to_client(const Message& message) {
  client_.unsent += frame_bytes(text_frame(message.text()));
}

void Link::to_server(const Message& message) {
  server_.unsent += frame_bytes({.payload = message.text()});
}

void Link::cut() {
  client_.to_finish = client_.finished = true;
  server_.to_finish = server_.finished = true;
}

// --- Passing on ---------------------------------------------------------------------------------

void Link::pump() {
  pump_up();
  pump_down();
  pass_ends();
}

void Link::pump_up() {
  while (!frames_up_ && pass_request()) {
  }
  if (frames_up_ && tamper_.reads_up()) {
    while (auto cut = cut_frame(client_.unread)) {
      pass_frame(server_, std::move(*cut), tamper_.up, tamper_.up_frame);
    }
    if (announces_too_much(client_.unread) && !tamper_.awaits_all) {
      server_.unsent += std::exchange(client_.unread, {});
    }
    keep_alive();
    if (tamper_.in_pieces && !client_.unread.empty()) tamper_.in_pieces(*this);
  } else {
    const bool half = !frames_up_ && may_become_request(client_.unread) && !client_.finished;
    if (half && tamper_.tells_to_go_on) tell_to_go_on();
    if (half && tamper_.in_pieces && !client_.unread.empty()) tamper_.in_pieces(*this);
    if (half || client_.unread.empty()) return;
    if (!frames_up_ && tamper_.no_request) tamper_.no_request(*this);
    server_.unsent += std::exchange(client_.unread, {});
  }
}

/// A part of a frame is a sign of life, but waits here for the rest: a pong is sent in its place.
void Link::keep_alive() {
  if (std::exchange(held_back_, client_.unread.size()) >= client_.unread.size()) return;
  server_.unsent += frame_bytes({.opcode = Opcode::pong});
}

/// The server gets a request only when it is whole, so it can't send the answer itself.
void Link::tell_to_go_on() {
  if (!awaits_continue(client_.unread) || std::exchange(told_to_go_on_, true)) return;
  client_.unsent += "HTTP/1.1 100 Continue\r\n\r\n";
}

bool Link::pass_request() {
  auto cut = cut_request(client_.unread);
  if (!cut) return false;
  if (std::exchange(told_to_go_on_, false)) {  // and it is not sent again
    cut->what = cut->what.without("expect");
    cut->bytes = cut->what.text();
  }
  target_ = cut->what.target;
  const bool upgrade = target_.find("/websocket") != std::string::npos;
  if (upgrade && tamper_.early && !client_.unread.empty()) {
    if (const auto answer = tamper_.early(*this, client_.unread)) {
      client_.unread.clear();
      client_.unsent += response_bytes(*answer);
      this->cut();
      return true;
    }
  }
  const std::string before = cut->what.text();
  if (tamper_.request) {
    if (const auto answer = tamper_.request(*this, cut->what)) {
      client_.unsent += response_bytes(*answer);
      return true;
    }
  }
  const std::string after = cut->what.text();
  server_.unsent += before == after ? cut->bytes : after;
  asked_.push_back(std::move(cut->what));
  // Bytes after an upgrade are frames if the server agrees; otherwise they are dropped.
  if (asked_.back().target.find("/websocket") != std::string::npos) frames_up_ = true;
  return true;
}

void Link::pump_down() {
  while (!frames_down_ && pass_response()) {
  }
  if (!frames_down_ && !asked_.empty() && !server_.finished) return;  // half a response
  if (frames_down_ && tamper_.reads_down()) {
    while (auto cut = cut_frame(server_.unread)) {
      pass_frame(client_, std::move(*cut), tamper_.down, tamper_.down_frame);
    }
    if (!server_.finished) return;
  }
  client_.unsent += std::exchange(server_.unread, {});
}

bool Link::pass_response() {
  if (asked_.empty()) return false;
  auto cut = cut_response(server_.unread, asked_.front().method);
  if (!cut) return false;
  answered(std::move(*cut));
  return true;
}

void Link::answered(Cut<Response> cut) {
  const Request request = std::move(asked_.front());
  asked_.pop_front();
  frames_down_ = cut.what.status == 101;
  const std::string before = response_bytes(cut.what);
  if (tamper_.down) tamper_with_messages(cut.what);
  if (tamper_.response) tamper_.response(*this, request, cut.what);
  const std::string after = response_bytes(cut.what);
  client_.unsent += before == after ? cut.bytes : after;
}

/// A poll's answer is `{"messages":["…"],…}`: each message is like a frame's text.
void Link::tamper_with_messages(Response& response) {
  const auto body = parse_json(response.body);
  if (!body) return;
  const json_t* messages = json_object_get(body->get(), "messages");
  std::string list;
  bool changed = false;
  for (std::size_t i = 0; i < json_array_size(messages); ++i) {
    const std::string text = (*body)["messages"][i].text();
    const auto message = read_message(text);
    if (!message) return;
    std::string joined;
    for (const Message& instead : tamper_.down(*this, *message)) {
      joined += (joined.empty() ? "" : ",") + as_json(instead.text());
    }
    changed |= joined != as_json(message->text());
    if (!joined.empty()) list += (list.empty() ? "" : ",") + joined;
  }
  if (!changed) return;
  response.body = R"({"messages":[)" + list + R"(],"status":)" + (*body)["status"].dump() +
                  R"(,"token":)" + (*body)["token"].dump() + "}";
}

void Link::pass_frame(End& to, Cut<Frame> cut, const Tamper::OnMessage& on_message,
                      const Tamper::OnFrame& on_frame) {
  const bool text = cut.what.opcode == Opcode::text && cut.what.fin && cut.what.rsv == 0;
  const auto message = text && on_message ? read_message(cut.what.payload) : std::nullopt;
  if (message) {
    const auto instead = on_message(*this, *message);
    if (instead.size() == 1 && instead[0].text() == message->text()) {
      to.unsent += cut.bytes;
      return;
    }
    for (const Message& one : instead) {
      to.unsent += frame_bytes({.payload = one.text(), .masked = cut.what.masked});
    }
  } else if (on_frame) {
    const std::string before = frame_bytes(cut.what);
    for (const Frame& one : on_frame(*this, std::move(cut.what))) {
      const std::string after = frame_bytes(one);
      to.unsent += before == after ? cut.bytes : after;
    }
  } else {
    to.unsent += cut.bytes;
  }
}

/// A FIN is passed on as a FIN, a reset as a reset.
void Link::pass_ends() {
  if (client_.finished && !server_.to_finish) {
    if (tamper_.client_gone && tamper_.client_gone(*this)) return;
    server_.to_finish = true;
    server_.broken |= client_.broken;
  }
  if (server_.finished && !client_.to_finish) {
    if (tamper_.server_gone && tamper_.server_gone(*this)) return;
    client_.to_finish = true;
    client_.broken |= server_.broken;
  }
}

bool Link::over() const {
  const bool reset = client_.broken || server_.broken;
  const bool sent = client_.unsent.empty() && server_.unsent.empty();
  return reset || (client_.to_finish && server_.to_finish && sent);
}

}  // namespace phx::conformance
