/// Writes what an errand says, and compares what comes.

#include "conformance/simulation/world/stranger.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace phx::simulation {
namespace {

constexpr Millis patience{10'000};  // to connect

/// RFC 6455, 5.2, with a mask of zeros.
std::string frame(std::string_view payload, unsigned first) {
  std::string bytes(1, static_cast<char>(first));
  const std::size_t size = payload.size();
  if (size < 126) {
    bytes += static_cast<char>(0x80 | size);
  } else {
    bytes += static_cast<char>(0x80 | (size < 65'536 ? 126 : 127));
    for (int shift = size < 65'536 ? 8 : 56; shift >= 0; shift -= 8) {
      bytes += static_cast<char>(size >> shift & 0xff);
    }
  }
  return bytes.append(4, '\0').append(payload);
}

std::size_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::size_t number = 0;
  for (std::size_t i = 0; i < size; ++i) {
    number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return number;
}

/// Takes a frame of the server's, which has no mask; as an errand names it. Empty: more must come.
std::string take_frame(std::string& bytes) {
  if (bytes.size() < 2) return {};
  std::size_t size = number_at(bytes, 1, 1) & 0x7f;
  const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (bytes.size() < 2 + more) return {};
  if (more > 0) size = number_at(bytes, 2, more);
  if (bytes.size() < 2 + more + size) return {};
  const unsigned first = static_cast<unsigned char>(bytes[0]);
  std::string payload = bytes.substr(2 + more, size);
  bytes.erase(0, 2 + more + size);
  if ((first & 0x40U) != 0) return "compressed";
  if ((first & 0x0fU) == 8)
    return fmt::format("close {}", number_at(payload + std::string(2, '\0'), 0, 2));
  if ((first & 0x0fU) == 10) return "pong " + payload;
  return (first & 0x0fU) == 2 ? "binary " + payload : payload;
}

}  // namespace

/// One connection, and what has come of it.
class Stranger::Line final : public net::DialUser {
 public:
  Line(Stranger& stranger, const std::string& to)
      : stranger_(stranger),
        stream_(stranger.machine_.network.dial(stranger.host_, stranger.access_,
                                               {.host = to, .port = 80, .patience = patience},
                                               *this)) {}

  void write(const std::string& bytes) {
    out_ += bytes;
    writable();
  }
  void opened() override {
    open_ = true;
    writable();
  }
  void received(std::string_view bytes) override {
    in += bytes;
    stranger_.heard();
  }
  void writable() override {
    if (open_) out_.erase(0, stream_->write(out_));
  }
  void closed() override {
    open_ = false;
    ended = true;
    stranger_.heard();
  }

  std::string in;
  bool ended = false;

 private:
  Stranger& stranger_;
  bool open_ = false;
  std::string out_;
  const std::unique_ptr<net::DialedStream> stream_;
};

Stranger::Stranger(Machine& machine, Oracle& oracle, std::size_t number, const Errand& errand,
                   std::string server)
    : machine_(machine),
      oracle_(oracle),
      host_(fmt::format("{}{}", stranger_name, number), machine.seed),
      access_{.address = fmt::format("10.6.6.{}", 100 + number)},
      errand_(errand),
      server_(std::move(server)) {
  access_.owner = host_.name;
}
Stranger::~Stranger() = default;

std::string Stranger::filled(std::string text) const {
  const auto fill = [&text](std::string_view name, const std::string& value) {
    for (auto at = text.find(name); at != text.npos; at = text.find(name, at + value.size())) {
      text.replace(at, name.size(), value);
    }
  };
  fill("{server}", server_);
  fill("{token}", token_);
  fill("hall:a", std::string("hall:") + host_.name.back());
  fill("turns:a", std::string("turns:") + host_.name.back());
  return text;
}

void Stranger::visit() { next(); }

void Stranger::next() {
  if (step_ == errand_.steps.size()) return;
  const Errand::Step& step = errand_.steps[step_];
  seen_ = 0;
  const std::string what = filled(step.what);
  if (step.kind == Errand::Step::request) {
    if (line_) old_.push_back(std::move(line_));  // it may be what called
    line_ = std::make_unique<Line>(*this, server_);
  }
  switch (step.kind) {
    case Errand::Step::request:
    case Errand::Step::next_request:
    case Errand::Step::raw: line_->write(what); break;
    case Errand::Step::text: line_->write(frame(what, 0x81)); break;
    case Errand::Step::binary: line_->write(frame(what, 0x82)); break;
    case Errand::Step::hang_up: return hang_up();
    case Errand::Step::wait: return wait();
  }
  if (step.due.empty()) {
    ++step_;
    next();
  }
}

void Stranger::wait() {
  constexpr Millis a_moment{500};
  machine_.agenda.after(a_moment, host_, "goes on", [this] {
    ++step_;
    next();
  });
}

/// After the request has got there. The errand goes on only if the server had certainly not
/// answered it by then: what is on its way to a client that hangs up is lost.
void Stranger::hang_up() {
  constexpr Millis to_get_there{20};
  machine_.agenda.after(to_get_there, host_, "hangs up", [this] {
    constexpr Millis to_be_certain{10};
    line_.reset();
    machine_.agenda.after(to_be_certain, host_, "goes on", [this] {
      const bool was_answered =
          std::ranges::any_of(old_, [](const auto& line) { return !line->in.empty(); });
      step_ = was_answered ? errand_.steps.size() : step_ + 1;
      next();
    });
  });
}

void Stranger::heard() {
  while (step_ < errand_.steps.size() && !wrong_) {
    const auto kind = errand_.steps[step_].kind;
    if (kind == Errand::Step::hang_up || kind == Errand::Step::wait) return;
    const bool asks = kind == Errand::Step::request || kind == Errand::Step::next_request;
    if (asks ? !has_answer() : !has_frames()) return;
    ++step_;
    next();
  }
}

void Stranger::violated(const std::string& got) {
  constexpr std::size_t enough = 600;
  wrong_ = true;
  const Errand::Step& step = errand_.steps[step_];
  oracle_.violated(
      invariants::due_answer,
      fmt::format("{}: to step {}, {:?}, expected {:?}, got {:?}", errand_.name, step_,
                  filled(step.what).substr(0, enough),
                  step.due.at(std::min(seen_, step.due.size() - 1)), got.substr(0, enough)));
}

/// A whole answer has come; it is compared.
bool Stranger::has_answer() {
  const std::string& in = line_->in;
  const std::size_t end = in.find("\r\n\r\n");
  if (end == in.npos) return false;
  const std::size_t head = end + 4;
  constexpr std::string_view length = "content-length: ";
  const std::size_t at = in.find(length);
  std::size_t size = 0;
  for (std::size_t i = at + length.size(); at < end && in[i] != '\r'; ++i) {
    size = size * 10 + static_cast<std::size_t>(in[i] - '0');
  }
  if (errand_.steps[step_].what.starts_with("HEAD")) size = 0;
  if (in.size() < head + size) return false;
  const std::string answer = in.substr(0, head + size);
  line_->in.erase(0, head + size);
  compare(answer);
  return !wrong_;
}

void Stranger::compare(const std::string& answer) {
  for (const std::string& part : errand_.steps[step_].due) {
    const bool absent = part.starts_with('!');
    const bool status = seen_ == 0 && !absent;
    const std::string text = filled(absent ? part.substr(1) : part);
    const bool there =
        status ? answer.starts_with("HTTP/1.1 " + text + " ") : answer.find(text) != answer.npos;
    if (there == absent) return violated(answer);
    ++seen_;
  }
  constexpr std::string_view key = R"("token":")";
  const std::size_t at = answer.find(key);
  if (at == answer.npos) return;
  const std::size_t begin = at + key.size();
  token_ = answer.substr(begin, answer.find('"', begin) - begin);
}

/// All frames of a step have come; each is compared.
bool Stranger::has_frames() {
  const auto& due = errand_.steps[step_].due;
  while (seen_ < due.size()) {
    std::string got = take_frame(line_->in);
    if (got.empty() && line_->ended) got = "gone";
    if (got.empty()) return false;
    if (!got.starts_with(filled(due[seen_]))) violated(got);
    if (wrong_) return false;
    ++seen_;
  }
  return true;
}

void Stranger::leave() {
  if (step_ < errand_.steps.size() && !wrong_) {
    violated(line_->in.empty() ? "nothing" : line_->in);
  }
  line_.reset();
  old_.clear();
}

}  // namespace phx::simulation
