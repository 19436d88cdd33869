#pragma once
/// \file
/// The limits of one page. A view that exceeds one ends, with an error that names it.

#include <cstddef>

namespace phx::live_view {

constexpr std::size_t max_components = 10'000;      ///< Of one page.
constexpr std::size_t max_pushed_events = 1'000;    ///< Of one message: push_event.
constexpr std::size_t max_stream_changes = 10'000;  ///< Waiting in one stream for the next diff.
constexpr int max_patches = 20;                     ///< push_patch out of handle_params, in a row.
constexpr std::size_t max_upload_entries = 100;     ///< Files that a client may name at once.
constexpr std::size_t max_upload_bytes =
    64 * 1'048'576;  ///< Of one view's files that are not consumed.

}  // namespace phx::live_view
