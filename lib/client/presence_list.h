#pragma once
/// \file
/// Who is present on a topic: one list, whatever order the server's messages come in.
///
///     phx::PresenceList present(room);
///     present.on_sync([present] { for (auto& [key, presence] : present.list()) show(key); });

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "client/topic.h"

namespace phx {

/// Make it before the topic joins. A handle: copies are the same list. Any thread; callbacks come
/// on the client's thread.
class PresenceList {
 public:
  using OnChange = std::function<void(const std::string& key, const std::optional<Json>& current,
                                      const Json& change)>;

  explicit PresenceList(Topic& topic);

  /// Each presence by its key: `{"metas":[{"phx_ref":…},…]}` and what else the server adds.
  std::map<std::string, Json> list() const;
  /// Metas came: `change` has those; `current` is the presence before, if it was there already.
  void on_join(OnChange callback);
  /// Metas went: `change` has those; `current` is what is left, without metas if all are gone.
  void on_leave(OnChange callback);
  /// The list or a diff has been applied.
  void on_sync(std::function<void()> callback);

 private:
  struct Shared;
  OnChange guarded(OnChange callback) const;
  std::shared_ptr<client::Engine> engine_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace phx
