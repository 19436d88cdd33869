#pragma once
/// \file
/// Files from a form, in chunks, each on a channel of its own.
///
///     Upload file{*this, "file", {.max_file_size = 8'000'000}};  // a member of the view
///     html(R"(<form id="up" phx-change="check" phx-submit="save">{}</form>)",
///          live_file_input(file));
///     // in handle_event, after the form was submitted:
///     for (const UploadedFile& one : file.consume()) store(one.name, one.bytes);
///
/// The client announces its files. Each is checked, and if all are accepted the client gets a token
/// for each. Bytes are kept in memory until they are consumed. Mirrors allow_upload/3,
/// consume_uploaded_entries/3, cancel_upload/3 and Phoenix.LiveView.UploadChannel.

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channel/channel.h"
#include "live_view/html.h"
#include "tokens/token.h"

namespace phx {

class LiveView;
class Upload;

namespace live_view {
struct FileInput {
  const Upload& upload;
  bool fill(Renderer& renderer, Hole& hole) const;
};
}  // namespace live_view

struct UploadOptions {
  /// Suffixes and types: `.jpg`, `image/png`, `image/*`. Empty: any.
  std::vector<std::string> accept = {};
  std::size_t max_entries = 1;
  std::size_t max_file_size = 8'000'000;  ///< Bytes.
  std::size_t chunk_size = 64'000;        ///< Bytes.
  Millis chunk_timeout{10'000};           ///< A chunk that is later than this ends the upload.
};

struct UploadedFile {
  std::string name;
  std::string type;
  std::string bytes;
};

namespace live_view {

/// One file on its way: the view and the upload's channel both hold it. Their shard's thread only.
struct Transfer {
  std::size_t max_size = 0;
  Millis chunk_timeout{};
  process::Pid view;
  std::string upload_ref, entry_ref;
  std::string bytes = {};
  process::Pid channel = {};
  bool registered = false;
};

/// The transfers that have a token. Any thread.
class Transfers {
 public:
  std::string add(const std::shared_ptr<Transfer>& transfer);
  std::shared_ptr<Transfer> find(const std::string& id);

 private:
  std::mutex guard_;
  std::map<std::string, std::weak_ptr<Transfer>> all_;
};

/// Sent to the view when an upload's channel is joined.
struct UploadRegistered {
  std::string upload_ref;
};
/// Sent by a view to itself, to drop consumed files after a rendering.
struct DropConsumed {
  std::string upload_ref;
};

/// `lvu:`. Mirrors Phoenix.LiveView.UploadChannel.
class UploadChannel final : public Channel {
 public:
  UploadChannel(std::shared_ptr<Transfers> transfers, std::shared_ptr<const TokenSigner> signer)
      : transfers_(std::move(transfers)), signer_(std::move(signer)) {}
  JoinResult join(std::string_view topic, Payload params, Socket& socket) override;
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override;
  Result handle_info(process::Message message, Socket& socket) override;

 private:
  struct ChunkTimeout {};
  void await_chunk(Socket& socket);
  const std::shared_ptr<Transfers> transfers_;
  const std::shared_ptr<const TokenSigner> signer_;
  std::shared_ptr<Transfer> transfer_;
  Clock::time_point chunk_due_;
  bool timer_runs_ = false;
};

}  // namespace live_view

class Upload {
 public:
  struct Entry {
    std::string ref, name, type;
    std::size_t size = 0;
    int progress = 0;
    bool preflighted = false;
    std::string error = {};  ///< too_large, not_accepted; empty if accepted.
    std::shared_ptr<live_view::Transfer> transfer = {};
    bool done() const { return progress == 100; }
    bool operator==(const Entry&) const = default;
  };
  using Entries = std::vector<Entry>;

  /// A member of the view.
  Upload(LiveView& view, std::string name, UploadOptions options = {});

  const std::string& name() const { return name_; }
  /// The entries that wait or have arrived.
  Assign<Entries> entries;
  /// What is wrong with them together: too_many_files. Mirrors upload_errors/1.
  std::vector<std::string> errors() const;
  /// The whole files, which are gone after this message. \throws std::runtime_error if one is still
  /// on its way, or was refused and not cancelled.
  std::vector<UploadedFile> consume();
  /// Forgets one entry, and refuses any of its chunks that still arrive.
  void cancel(std::string_view entry_ref);

  // For the view's channel and its page.

  const std::string& ref() const { return ref_; }
  const UploadOptions& options() const { return options_; }
  /// The files that the client announces; each is checked.
  void put(const Json& entries);
  struct Preflight {
    /// `[[ref, reason], …]`: no file may come as long as one of them can't.
    std::optional<Json> refused = {};
    Json entries = Json::object(), errors = Json::object();
  };
  Preflight preflight(const Json& wanted, process::Pid view, live_view::Transfers& transfers,
                      const TokenSigner& signer);
  void progress(std::string_view entry_ref, int percent);
  void registered() { looked_.touch(); }
  void drop_consumed();

 private:
  struct Looked : live_view::Tracked {
    void note() const { noted(); }
  };
  friend struct live_view::FileInput;
  std::string refusal(const Entry& entry) const;
  std::optional<Json> refused() const;

  const std::string name_;
  const UploadOptions options_;
  const std::string ref_;
  LiveView& view_;
  Looked looked_;
  bool asked_ = false;
  std::vector<std::string> consumed_;
};

/// The form's field for an upload. Mirrors `<.live_file_input>`.
inline live_view::FileInput live_file_input(const Upload& upload) { return {upload}; }

}  // namespace phx
