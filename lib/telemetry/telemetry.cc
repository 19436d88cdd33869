/// A table of handlers, read without a lock and replaced as a whole.

#include "telemetry/telemetry.h"

#include <algorithm>
#include <stdexcept>

namespace phx::telemetry {

Telemetry::~Telemetry() = default;

void Telemetry::attach(std::string id, std::vector<Handler> handlers) {
  constexpr std::size_t most = 10'000;  // each leaves an old table, and its detach another
  const std::lock_guard lock(mutex_);
  Table table = tables_.empty() ? Table() : *tables_.back();
  const bool taken = std::any_of(table.begin(), table.end(),
                                 [&](const Attached& attached) { return attached.id == id; });
  if (taken) {
    throw std::invalid_argument("expected an id that no handler has, got \"" + id +
                                "\": detach it first, or choose another");
  }
  if (attached_times_ == most) {
    throw std::length_error("handlers were attached 10,000 times: attach once, at the start");
  }
  ++attached_times_;
  for (Handler& handler : handlers) table.push_back({id, std::move(handler)});
  publish(std::move(table));
}

bool Telemetry::detach(std::string_view id) { return remove(id); }

bool Telemetry::remove(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  Table table = tables_.empty() ? Table() : *tables_.back();
  const std::size_t removed =
      std::erase_if(table, [&](const Attached& attached) { return attached.id == id; });
  if (removed > 0) publish(std::move(table));
  return removed > 0;
}

void Telemetry::publish(Table table) const {
  std::uint64_t kinds = 0;
  for (const Attached& attached : table) kinds |= bit_of(attached.handler.kind);
  kinds_.store(kinds, std::memory_order_relaxed);
  tables_.push_back(std::make_unique<const Table>(std::move(table)));
  table_.store(tables_.back().get(), std::memory_order_release);
}

bool Telemetry::has_handlers(Kind kind) const noexcept {
  const Table* table = table_.load(std::memory_order_acquire);
  return table != nullptr &&
         std::any_of(table->begin(), table->end(),
                     [&](const Attached& attached) { return attached.handler.kind == kind; });
}

void Telemetry::call_all(Kind kind, std::string_view name, const void* event) const {
  const Table* table = table_.load(std::memory_order_acquire);
  if (table == nullptr) return;
  for (const auto& [id, handler] : *table) {
    if (handler.kind != kind) continue;
    try {
      handler.call(event);
    } catch (const std::exception& error) {
      failed(id, name, error.what());
    } catch (...) {
      failed(id, name, "something other than a std::exception was thrown");
    }
  }
}

/// Detached first, so that a failing handler of failures is not called for its own failure.
void Telemetry::failed(const std::string& id, std::string_view event,
                       const std::string& reason) const {
  if (remove(id)) execute(HandlerFailed{id, std::string(event), reason});
}

}  // namespace phx::telemetry
