/// Filters what a hop shows, numbers it, and drops what is too old.

#include "telemetry/traces.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "base/base64.h"
#include "base/utf8.h"

namespace phx::telemetry {
namespace {

constexpr std::size_t worth_reading = 65'536;  // bytes of JSON: more takes long to parse

/// The payload of a client's frame without its mask; nothing unless the bytes begin with a whole
/// message in one frame. The websocket layer knows frames, but it stands above this one.
std::optional<std::string> unmasked(std::string_view bytes) {
  const auto byte = [bytes](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  if (bytes.size() < 2 || (byte(0) & 0xf0) != 0x80 || byte(1) < 0x80) return {};
  const std::size_t length_bytes = byte(1) == 0xfe ? 2 : byte(1) == 0xff ? 8 : 0;
  const std::size_t head = 2 + length_bytes + 4;
  if (bytes.size() < head) return {};
  std::uint64_t size = length_bytes == 0 ? byte(1) & 0x7f : 0;
  for (std::size_t i = 0; i < length_bytes; ++i) size = size << 8 | byte(2 + i);
  if (size != bytes.size() - head) return {};
  std::string plain(bytes.substr(head));
  for (std::size_t i = 0; i < plain.size(); ++i) {
    plain[i] = static_cast<char>(plain[i] ^ bytes[head - 4 + i % 4]);
  }
  return plain;
}

/// JSON without its hidden values; nothing if they can't be found.
std::optional<std::string> readable(const ParameterFilter& filter, std::string_view text) try {
  if (text.size() > worth_reading) return {};
  const std::string shown = filter.filtered(Json::parse(text)).dump();
  // A hidden name may also stand within a text: in a form's fields, in frames inside of an answer.
  std::string rest = shown;
  constexpr std::string_view hidden = ":\"[FILTERED]\"";
  for (auto at = rest.find(hidden); at != std::string::npos; at = rest.find(hidden)) {
    const auto key = at < 2 ? std::string::npos : rest.rfind('"', at - 2);
    if (key == std::string::npos) return {};
    rest.erase(key, at - key + hidden.size());
  }
  return filter.may_hide(rest) ? std::nullopt : std::optional(shown);
} catch (const JsonError&) {
  return {};
}

std::int64_t nanoseconds(Clock::duration time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

}  // namespace

Json as_json(const RecordedHop& hop) {
  Json json = Json::object({{"number", hop.number},
                            {"trace", hop.trace},
                            {"hop", hop.hop},
                            {"after", hop.after},
                            {"at", nanoseconds(hop.at.time_since_epoch())},
                            {"waited", nanoseconds(hop.waited)},
                            {"file", hop.file},
                            {"line", hop.line},
                            {"function", hop.function},
                            {"thread", hop.thread},
                            {"form", hop.form},
                            {"size", hop.size},
                            {"hidden", hop.hidden}});
  if (!hop.callee.empty()) json.set("callee", hop.callee);
  if (hop.pid) json.set("pid", to_string(hop.pid));
  if (!hop.window.empty()) json.set("window", hop.window);
  if (is_utf8(hop.bytes)) {
    json.set("text", hop.bytes);
  } else {
    json.set("base64", base64::encode(hop.bytes));
  }
  return json;
}

Traces::Traces(std::string token, ParameterFilter filter, TraceLimits limits)
    : token_(std::move(token)), filter_(std::move(filter)), limits_(limits) {
  if (token_.size() < 16) {
    throw std::invalid_argument("expected a token of at least 16 bytes for traces, got " +
                                std::to_string(token_.size()));
  }
}

std::optional<std::string_view> Traces::window_in(std::string_view shown) const {
  unsigned different = shown.size() < token_.size() ? 1 : 0;
  for (std::size_t i = 0; i < std::min(shown.size(), token_.size()); ++i) {
    different |= static_cast<unsigned char>(shown[i] ^ token_[i]);
  }
  if (different != 0) return {};
  shown.remove_prefix(token_.size());
  if (shown.empty()) return shown;
  if (shown.front() != '.' || shown.size() > 1 + max_window) return {};
  return shown.substr(1);
}

process::HopRecorder* Traces::recorder_for(std::string_view shown) {
  const auto window = window_in(shown);
  if (!window) return nullptr;
  if (window->empty()) return this;
  const std::lock_guard lock(mutex_);
  WindowRecorder* const its = recorder_of(*window);
  return its == nullptr ? static_cast<process::HopRecorder*>(this) : its;
}

/// Null if all that there may be hold their clients. A window that gives way to another was idle:
/// each frame of a client, its heartbeats too, counts as use.
Traces::WindowRecorder* Traces::recorder_of(std::string_view window) {
  const auto named = [window](const WindowRecorder& each) { return each.name == window; };
  const auto found = std::find_if(windows_.begin(), windows_.end(), named);
  if (found != windows_.end()) return &*found;
  if (windows_.size() < limits_.windows) return &windows_.emplace_back(*this, window);
  WindowRecorder* idle = nullptr;
  for (WindowRecorder& each : windows_) {
    if (each.hold == nullptr && (idle == nullptr || each.used < idle->used)) idle = &each;
  }
  if (idle != nullptr) {
    idle->name = window;
    idle->used = Clock::now();
  }
  return idle;
}

// --- Reading ------------------------------------------------------------------------------------

std::vector<RecordedHop> Traces::since(std::uint64_t number, std::size_t most) const {
  std::vector<RecordedHop> found;
  const auto older = [](const RecordedHop& a, const RecordedHop& b) { return a.number < b.number; };
  const std::lock_guard lock(mutex_);
  for (const Kept& trace : kept_) {
    const auto first = std::upper_bound(trace.hops.begin(), trace.hops.end(), number,
                                        [](auto n, const auto& hop) { return n < hop.number; });
    found.insert(found.end(), first, trace.hops.end());
  }
  std::sort(found.begin(), found.end(), older);
  if (found.size() > most) found.resize(most);
  return found;
}

void Traces::clear() {
  const std::lock_guard lock(mutex_);
  kept_.clear();
  bytes_ = 0;
}

Traces::Watch::Watch(Traces& traces, std::function<void()> changed) : traces_(traces) {
  const std::lock_guard lock(traces_.watching_);
  traces_.watches_.emplace(this, std::move(changed));
}

Traces::Watch::~Watch() {
  const std::lock_guard lock(traces_.watching_);
  traces_.watches_.erase(this);
}

// --- Slow motion --------------------------------------------------------------------------------

std::unique_ptr<Traces::Hold> Traces::hold(std::string_view window,
                                           std::function<void(process::Pid)> wake) {
  const std::lock_guard lock(mutex_);
  WindowRecorder* const its = recorder_of(window);
  if (its == nullptr || its->hold != nullptr) return nullptr;
  std::unique_ptr<Hold> made(new Hold(*this, *its, std::move(wake)));
  made->until_ = Clock::now() + limits_.step_patience;
  its->hold = made.get();
  its->holding = true;
  return made;
}

Traces::Hold::~Hold() {
  const auto waiting = [this] {
    const std::lock_guard lock(traces_.mutex_);
    window_.hold = nullptr;
    window_.holding = false;
    return std::move(waiting_);
  }();
  for (const Held& held : waiting) wake_(held.pid);
}

std::vector<Traces::Held> Traces::Hold::waiting() const {
  const std::lock_guard lock(traces_.mutex_);
  return waiting_;
}

bool Traces::Hold::over() const {
  const std::lock_guard lock(traces_.mutex_);
  return traces_.is_over(*this);
}

bool Traces::Hold::step() {
  process::Pid next;
  {
    const std::lock_guard lock(traces_.mutex_);
    if (waiting_.empty()) return false;
    next = permitted_ = waiting_.front().pid;
    waiting_.erase(waiting_.begin());
    ++steps_;
    until_ = Clock::now() + traces_.limits_.step_patience;
  }
  wake_(next);
  return true;
}

bool Traces::is_over(const Hold& hold) const {
  return hold.steps_ >= limits_.steps || Clock::now() >= hold.until_;
}

//! [holds]
bool Traces::window_holds(WindowRecorder& window, process::Pid pid,
                          const process::Trail& trail) noexcept try {
  {
    const std::lock_guard lock(mutex_);
    Hold* const hold = window.hold;
    if (hold == nullptr || is_over(*hold)) return false;
    if (hold->permitted_ == pid) {
      hold->permitted_ = {};
      return false;
    }
    std::vector<Held>& waiting = hold->waiting_;
    const auto same = [pid](const Held& held) { return held.pid == pid; };
    if (std::any_of(waiting.begin(), waiting.end(), same)) return true;
    if (waiting.size() >= limits_.held) return false;
    waiting.push_back({pid, trail.id, trail.hop});
  }
  const process::TraceScope none;
  notify();
  return true;
} catch (...) {
  return false;  // no memory to remember it by
}
//! [holds]

// --- Recording ----------------------------------------------------------------------------------

std::uint64_t Traces::begin() noexcept {
  const std::lock_guard lock(mutex_);
  kept_.push_back({++last_trace_});
  make_room();
  return last_trace_;
}

std::uint32_t Traces::record(const process::Hop& hop) noexcept { return record_for(hop, nullptr); }

/// What can't be kept, for want of memory, is not: a hop must not end the turn that it watches.
std::uint32_t Traces::record_for(const process::Hop& hop, WindowRecorder* window) noexcept try {
  RecordedHop recorded = kept(hop);
  const std::uint32_t number = [&]() -> std::uint32_t {
    const std::lock_guard lock(mutex_);
    Kept* trace = find(hop.trace.id);
    if (trace == nullptr || trace->hops.size() >= limits_.hops) return 0;
    recorded.number = ++last_hop_;
    if (window != nullptr) {
      recorded.window = window->name;
      window->used = recorded.at;
    }
    recorded.hop = static_cast<std::uint32_t>(trace->hops.size() + 1);
    trace->bytes += recorded.bytes.size();
    bytes_ += recorded.bytes.size();
    trace->hops.push_back(std::move(recorded));
    const auto at = trace->hops.back().hop;
    make_room();
    return at;
  }();
  notify();
  return number;
} catch (...) {
  return 0;
}

bool Traces::takes_foreign() noexcept {
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  if (now - foreign_since_ >= std::chrono::seconds{1}) {
    foreign_since_ = now;
    foreign_begun_ = 0;
  }
  return foreign_begun_++ < limits_.foreign_a_second;
}

void Traces::notify() {
  const std::lock_guard lock(watching_);
  for (const auto& [watch, changed] : watches_) changed();
}

RecordedHop Traces::kept(const process::Hop& hop) const {
  RecordedHop recorded{.trace = hop.trace.id,
                       .after = hop.trace.hop,
                       .at = Clock::now(),
                       .waited = hop.trace.waited,
                       .file = hop.where.file_name(),
                       .line = hop.where.line(),
                       .function = hop.where.function_name(),
                       .callee = hop.callee,
                       .pid = hop.trace.pid,
                       .thread = static_cast<int>(gettid()),
                       .form = std::string(hop.form),
                       .bytes = {},
                       .size = hop.bytes.size()};
  std::string_view shown = hop.bytes;
  std::optional<std::string> safe;
  if (hop.form == "masked frame") {
    const auto plain = unmasked(hop.bytes);
    recorded.hidden = !plain || filter_.may_hide(*plain);
    if (recorded.hidden) shown = shown.substr(0, 2);  // opcode and length: the mask comes later
  } else if (filter_.may_hide(shown)) {
    safe = readable(filter_, shown);
    recorded.hidden = safe != std::string(shown);
    shown = safe ? std::string_view(*safe) : std::string_view();
  }
  recorded.bytes = shown.substr(0, limits_.shown_bytes);
  return recorded;
}

Traces::Kept* Traces::find(std::uint64_t id) {
  const auto found = std::lower_bound(kept_.begin(), kept_.end(), id,
                                      [](const Kept& trace, auto n) { return trace.id < n; });
  return found == kept_.end() || found->id != id ? nullptr : &*found;
}

void Traces::make_room() {
  while (kept_.size() > limits_.traces || (bytes_ > limits_.bytes && kept_.size() > 1)) {
    bytes_ -= kept_.front().bytes;
    kept_.pop_front();
  }
}

}  // namespace phx::telemetry
