#pragma once
/// \file
/// A payload: a validated slice of its frame, which an echo copies; a tree if a handler asks.
///
///     const phx::Json body = payload["body"];            // now the tree is built, once
///     socket.push("seen", {{"body", body}, {"by", 2}});  // an object with these members

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>

#include "json/json.h"
#include "json/reader.h"
#include "serializer/lazy_json.h"

namespace phx::serializer {

/// JSON or, in V2, binary. Several threads may read a payload at once, json() included, as the
/// members of a broadcast do; a change needs exclusive access. Copies are independent.
class Payload {
 public:
  /// The empty object.
  Payload() : Payload(own_text("{}")) {}
  Payload(const Json& tree) : Payload(own_text(tree.dump())) {}
  /// An object of these members: `{{"count", 3}, {"done", true}}`.
  Payload(std::initializer_list<Json::Member> members) : Payload(Json::object(members)) {}
  /// REQUIRES: `text` is valid, compact JSON.
  static Payload own_text(std::string text) { return {Kind::text, std::move(text), 0, npos}; }
  static Payload binary(std::string bytes) { return {Kind::binary, std::move(bytes), 0, npos}; }
  /// A slice of a frame. The whole frame is moved in and kept: nothing is copied. REQUIRES: the
  /// slice is valid, compact JSON.
  static Payload slice_of(std::string&& frame, std::size_t begin, std::size_t size) {
    return {Kind::text, std::move(frame), begin, size};
  }
  static Payload binary_slice_of(std::string&& frame, std::size_t begin) {
    return {Kind::binary, std::move(frame), begin, npos};
  }

  bool is_binary() const { return kind_ == Kind::binary; }
  bool is_object() const { return !is_binary() && view().starts_with('{'); }
  /// The bytes, or the JSON text. Valid while the payload is neither moved from nor assigned to.
  std::string_view view() const { return std::string_view(storage_).substr(begin_, size_); }

  /// The bytes that it keeps: those of the whole frame.
  std::size_t stored_bytes() const { return storage_.size(); }

  /// The tree, built at the first call. A binary payload reads as null. Valid while the payload is
  /// neither moved from nor assigned to.
  /// \throws JsonError for a payload that may be passed on but not read: nested deeper than
  /// json::max_depth, or with more bytes or a larger tree than limit_reading() allows.
  const Json& json() const {
    return tree_.get([this] { return is_binary() ? Json() : read(); });
  }
  /// Builds the tree of a large payload, if it can be read: a worker calls this before it passes
  /// the payload to a shard, where others would wait.
  void read_ahead() const {
    if (is_binary() || view().size() < large || view().size() > max_read_) return;
    const json::Shape shape = json::shape(view());
    if (shape.depth <= json::max_depth && shape.tree_bytes <= max_tree()) json();
  }
  /// A tree may take many times the bytes of its text, and long to build and to free. A client's
  /// payload has a limit: `bytes` of text, and tree_factor times as many for the tree. The
  /// application's own payloads have none.
  void limit_reading(std::uint32_t max_bytes) { max_read_ = max_bytes; }
  static constexpr std::size_t tree_factor = 32;
  Json operator[](std::string_view key) const { return json()[key]; }

 private:
  enum class Kind : unsigned char { text, binary };
  static constexpr std::size_t npos = std::string_view::npos;
  static constexpr std::size_t large = 65'536;  // bytes: a smaller tree is built quickly
  Payload(Kind kind, std::string&& storage, std::size_t begin, std::size_t size)
      : storage_(std::move(storage)), begin_(begin), size_(size), kind_(kind) {}

  std::size_t max_tree() const { return tree_factor * max_read_; }
  Json read() const {
    if (view().size() > max_read_) {
      throw JsonError("expected at most " + std::to_string(max_read_) +
                      " bytes of JSON to read, got " + std::to_string(view().size()));
    }
    const std::size_t tree = view().size() < large ? 0 : json::shape(view()).tree_bytes;
    if (tree <= max_tree()) return Json::parse(view());
    throw JsonError("expected JSON to read whose values take at most " +
                    std::to_string(max_tree()) + " bytes, got " + std::to_string(tree));
  }

  std::string storage_;
  std::size_t begin_;
  std::size_t size_;
  Kind kind_;
  std::uint32_t max_read_ = std::numeric_limits<std::uint32_t>::max();
  LazyJson tree_;
};

}  // namespace phx::serializer
