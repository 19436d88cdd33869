/// Checks the files that a client offers, and receives them on a channel.

#include "live_view/upload.h"

#include <algorithm>

#include "channel/channel_process.h"
#include "http/request.h"
#include "live_view/live_view.h"
#include "live_view/names.h"
#include "process/scheduler.h"

namespace phx {
namespace live_view {

std::string Transfers::add(const std::shared_ptr<Transfer>& transfer) {
  const std::lock_guard lock(guard_);
  std::erase_if(all_, [](const auto& one) { return one.second.expired(); });
  std::string id = random_id();
  all_[id] = transfer;
  return id;
}

std::shared_ptr<Transfer> Transfers::find(const std::string& id) {
  const std::lock_guard lock(guard_);
  const auto found = all_.find(id);
  return found != all_.end() ? found->second.lock() : nullptr;
}

// --- The channel ---------------------------------------------------------------------------------

JoinResult UploadChannel::join(std::string_view, Payload params, Socket& socket) {
  if (!params["token"].is_string()) throw std::invalid_argument("expected a token");
  const auto verdict =
      signer_->verify(params["token"].string_or(""), std::chrono::system_clock::now());
  const auto* valid = std::get_if<TokenSigner::Valid>(&verdict);
  if (valid == nullptr) return Refused{{{"reason", "invalid_token"}}};
  if (!valid->data.has("transfer")) throw std::invalid_argument("expected an upload's token");
  const auto transfer = transfers_->find(valid->data["transfer"].string_or(""));
  // A token is valid only on this shard, where the view's own connection is.
  if (!transfer || transfer->view.shard != socket.channel().shard)
    return Refused{{{"reason", "disallowed"}}};
  if (transfer->registered) return Refused{{{"reason", "already_registered"}}};
  transfer->registered = true;
  transfer->channel = socket.channel();
  transfer_ = transfer;
  process::Scheduler& scheduler = *socket.context().scheduler;
  scheduler.monitor(socket.channel(), transfer->view);
  scheduler.send(transfer->view, UploadRegistered{transfer->upload_ref});
  return Joined{};
}

Result UploadChannel::handle_in(std::string_view event, Payload payload, Socket& socket) {
  if (event != "chunk" || !payload.is_binary()) return unhandled(event);
  std::string& bytes = transfer_->bytes;
  if (payload.view().size() + bytes.size() > transfer_->max_size) {
    const auto limit = static_cast<long long>(transfer_->max_size);
    return Stop{{ExitReason::shutdown, "closed"},
                Reply::error({{"limit", limit}, {"reason", "file_size_limit_exceeded"}})};
  }
  bytes += payload.view();
  await_chunk(socket);
  return Reply::ok();
}

/// One timer, however many chunks a client sends: it goes on for the time that is left.
void UploadChannel::await_chunk(Socket& socket) {
  chunk_due_ = socket.now() + transfer_->chunk_timeout;
  if (std::exchange(timer_runs_, true)) return;
  socket.send_self_after(transfer_->chunk_timeout, ChunkTimeout{});
}

Result UploadChannel::handle_info(process::Message message, Socket& socket) {
  Result closed = Stop{{ExitReason::shutdown, "closed"}};
  if (message.holds<process::Down>()) return closed;
  if (!message.holds<ChunkTimeout>()) return NoReply{};
  timer_runs_ = false;
  if (transfer_->bytes.size() >= transfer_->max_size) return NoReply{};
  const Clock::time_point now = socket.now();
  if (now >= chunk_due_) return closed;
  timer_runs_ = true;
  socket.send_self_after(std::chrono::ceil<Millis>(chunk_due_ - now), ChunkTimeout{});
  return NoReply{};
}

// --- The page ------------------------------------------------------------------------------------

bool FileInput::fill(Renderer& renderer, Hole& hole) const {
  const auto refs = [this](auto which) {
    return [this, which] {
      std::string text;
      for (const Upload::Entry& entry : upload.entries.get()) {
        if (which(entry)) text += (text.empty() ? "" : ",") + entry.ref;
      }
      return text;
    };
  };
  return fill_tracked(renderer, hole, [&] {
    upload.looked_.note();
    upload.entries.get();
    std::optional<std::string> accept;
    for (const std::string& one : upload.options().accept)
      accept = accept ? *accept + "," + one : one;
    return html(
        R"(<input id={} type="file" name={}{} data-phx-hook="Phoenix.LiveFileUpload" data-phx-upload-ref={} data-phx-active-refs={} data-phx-done-refs={} data-phx-preflighted-refs={}{}{}>)",
        upload.ref(), upload.name(),
        always(Safe{accept ? attributes_text({{"accept", *accept}}) : ""}), upload.ref(),
        refs([](const Upload::Entry&) { return true; }),
        refs([](const Upload::Entry& entry) { return entry.done(); }),
        refs([](const Upload::Entry& entry) { return entry.preflighted; }), "",
        always(Safe{upload.options().max_entries > 1 ? " multiple" : ""}));
  });
}

}  // namespace live_view

// --- What the view keeps -------------------------------------------------------------------------

namespace {

void end_channel(const Socket& socket, live_view::Transfer& transfer) {
  if (!transfer.registered) {
    transfer.registered = true;  // its token is refused from now on
    return;
  }
  process::Scheduler& scheduler = *socket.context().scheduler;
  if (!scheduler.alive(transfer.channel)) return;
  scheduler.send(socket.transport(), channel::SocketClose{transfer.channel});
  scheduler.exit(transfer.channel, {ExitReason::shutdown, "closed"});
}

}  // namespace

Upload::Upload(LiveView& view, std::string name, UploadOptions options)
    : name_(std::move(name)),
      options_(std::move(options)),
      ref_("phx-" + live_view::random_id()),
      view_(view) {
  view.uploads_.push_back(this);
}

std::string Upload::refusal(const Entry& entry) const {
  if (entry.size > options_.max_file_size) return "too_large";
  if (options_.accept.empty()) return {};
  const auto accepted = [&](const std::string& one) {
    const std::string name = http::to_lower(entry.name);
    if (one.starts_with('.')) return name.ends_with(http::to_lower(one));
    if (one.ends_with("/*")) return entry.type.starts_with(one.substr(0, one.size() - 1));
    return entry.type == one;
  };
  return std::any_of(options_.accept.begin(), options_.accept.end(), accepted) ? ""
                                                                               : "not_accepted";
}

void Upload::put(const Json& wanted) {
  if (wanted.size() > live_view::max_upload_entries) {
    throw std::length_error("expected at most " + std::to_string(live_view::max_upload_entries) +
                            " files at once, got " + std::to_string(wanted.size()));
  }
  if (!std::exchange(asked_, true)) looked_.touch();
  Entries now = entries.get();
  // Of a single file the newest is meant.
  if (options_.max_entries == 1 && now.size() == 1 && wanted.size() == 1 &&
      wanted[0]["ref"].string_or("") != now[0].ref) {
    if (now[0].transfer) end_channel(view_.socket(), *now[0].transfer);
    now.clear();
  }
  for (std::size_t i = 0; i < wanted.size() && now.size() < live_view::max_upload_entries; ++i) {
    const Json one = wanted[i];
    Entry entry{.ref = one["ref"].string_or(""),
                .name = one["name"].string_or(""),
                .type = one["type"].string_or("")};
    const bool known =
        std::any_of(now.begin(), now.end(), [&](const Entry& old) { return old.ref == entry.ref; });
    if (known) continue;
    entry.size = static_cast<std::size_t>(std::max(0LL, one["size"].integer_or(0)));
    entry.error = one["size"].is_integer() ? refusal(entry) : "too_large";
    now.push_back(std::move(entry));
  }
  entries = std::move(now);
}

std::vector<std::string> Upload::errors() const {
  const bool too_many = entries->size() > options_.max_entries;
  return too_many ? std::vector<std::string>{"too_many_files"} : std::vector<std::string>{};
}

std::optional<Json> Upload::refused() const {
  Json all = Json::array();
  for (const Entry& entry : entries.get()) {
    if (!entry.error.empty()) all.append(Json::array({Json(entry.ref), Json(entry.error)}));
  }
  for (const std::string& error : errors()) all.append(Json::array({Json(ref_), Json(error)}));
  return all.size() > 0 ? std::optional(all) : std::nullopt;
}

Upload::Preflight Upload::preflight(const Json& wanted, process::Pid view,
                                    live_view::Transfers& transfers, const TokenSigner& signer) {
  put(wanted);
  Preflight answer{.refused = refused()};
  if (answer.refused) return answer;
  const auto asked = [&](const std::string& ref) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i]["ref"].string_or("") == ref) return true;
    }
    return false;
  };
  Entries now = entries.get();
  std::size_t waiting = 0;
  for (const Entry& entry : now) waiting += entry.transfer ? entry.size : 0;
  for (std::size_t i = 0; i < now.size() && i < options_.max_entries; ++i) {
    Entry& entry = now[i];
    if (entry.preflighted || !asked(entry.ref)) continue;
    entry.preflighted = true;
    if (entry.error.empty() && waiting + entry.size > live_view::max_upload_bytes)
      entry.error = "too_large";
    if (!entry.error.empty()) {
      answer.errors.set(entry.ref, Json::array({Json(entry.error)}));
      continue;
    }
    waiting += entry.size;
    entry.transfer = std::make_shared<live_view::Transfer>(
        live_view::Transfer{.max_size = entry.size,
                            .chunk_timeout = options_.chunk_timeout,
                            .view = view,
                            .upload_ref = ref_,
                            .entry_ref = entry.ref});
    answer.entries.set(entry.ref,
                       signer.sign(Json::object({{"transfer", transfers.add(entry.transfer)}}),
                                   std::chrono::system_clock::now()));
  }
  entries = std::move(now);
  return answer;
}

void Upload::progress(std::string_view entry_ref, int percent) {
  entries.change([&](Entries& all) {
    for (Entry& entry : all) {
      if (entry.ref == entry_ref) entry.progress = percent;
    }
  });
}

std::vector<UploadedFile> Upload::consume() {
  std::vector<UploadedFile> files;
  for (const Entry& entry : entries.get()) {
    if (!entry.done() || (entry.transfer && entry.transfer->bytes.size() != entry.size)) {
      throw std::runtime_error("expected whole files to consume, and \"" + entry.name +
                               "\" is still on its way");
    }
    if (!entry.transfer) continue;
    end_channel(view_.socket(), *entry.transfer);
    files.push_back({entry.name, entry.type, std::move(entry.transfer->bytes)});
    consumed_.push_back(entry.ref);
  }
  if (!files.empty()) view_.send_self(live_view::DropConsumed{ref_});
  return files;
}

void Upload::drop_consumed() {
  entries.change([&](Entries& all) {
    std::erase_if(all, [&](const Entry& entry) {
      return std::find(consumed_.begin(), consumed_.end(), entry.ref) != consumed_.end();
    });
  });
  consumed_.clear();
}

void Upload::cancel(std::string_view entry_ref) {
  entries.change([&](Entries& all) {
    std::erase_if(all, [&](const Entry& entry) {
      if (entry.ref != entry_ref) return false;
      if (entry.transfer) end_channel(view_.socket(), *entry.transfer);
      return true;
    });
  });
}

}  // namespace phx
