/// Writes a list's entries, each as little as the client needs.

#include "live_view/keyed.h"

#include <memory>
#include <stdexcept>
#include <utility>

#include "live_view/html.h"

namespace phx::live_view {

Keyed::Keyed(Renderer& renderer, Hole& hole, bool must)
    : renderer_(renderer),
      hole_(hole),
      must_(must),
      known_(!renderer.page_ && hole.child && hole.child->list),
      mark_(renderer.out_.size()),
      outer_shared_(renderer.shared_) {
  if (renderer_.page_) return;
  if (renderer_.shared_ == nullptr) renderer_.shared_ = &own_;
  if (known_) old_ = std::exchange(hole_.child->entries, {});
  old_count_ = old_.size();
  for (std::size_t i = 0; i < old_.size(); ++i) {
    if (!old_[i].key.empty()) by_key_.emplace(old_[i].key, i);
  }
  renderer_.out_ += "{\"k\":{";
}

std::size_t Keyed::old_place(std::string_view key) const {
  if (key.empty()) return index_;
  const auto found = by_key_.find(key);
  return found != by_key_.end() ? found->second : old_.size();
}

void Keyed::render(Node* into, const std::function<Html()>& body) {
  Node* const slot = std::exchange(renderer_.slot_, into);
  renderer_.entry_ = true;
  if (body().empty()) {
    throw std::logic_error(
        "expected html() for each item of each(), got none: leave items out before");
  }
  renderer_.entry_ = false;
  renderer_.slot_ = slot;
}

void Keyed::finish_entry(std::size_t mark, std::size_t begin, bool known, std::size_t before) {
  std::string& out = renderer_.out_;
  const bool moved = known && before != index_;
  const bool nothing = known && std::string_view(out).substr(begin) == "{}";
  if (nothing && !moved) {
    out.resize(mark);
    return;
  }
  if (nothing) {
    out.resize(begin);
    out += std::to_string(before);
  } else if (moved) {
    out.insert(begin, "[" + std::to_string(before) + ",");
    out += ']';
  }
  out += ',';
  changed_ = true;
}

void Keyed::entry(std::string_view key, const std::function<Html()>& body) {
  if (renderer_.page_) {
    Node scratch;
    Node* const slot = std::exchange(renderer_.slot_, &scratch);
    body();
    renderer_.slot_ = slot;
    return;
  }
  if (!hole_.child || !hole_.child->list) {
    hole_.child = std::make_unique<Node>();
    hole_.child->list = true;
  }
  const std::size_t before = old_place(key);
  const bool known = before < old_.size() && old_[before].node != nullptr;
  const bool is_new = before == old_.size();
  if (!key.empty() && (is_new ? !by_key_.emplace(key, before).second : !known)) {
    throw std::logic_error("expected a key only once in each(), got \"" + std::string(key) +
                           "\" again");
  }
  Node::Entry entry{std::string(key),
                    known ? std::move(old_[before].node) : std::make_unique<Node>()};
  const std::size_t mark = renderer_.out_.size();
  append_key(renderer_.out_, index_);
  const std::size_t begin = renderer_.out_.size();
  render(entry.node.get(), body);
  Node& list = *hole_.child;
  if (list.tmpl == nullptr) list.tmpl = entry.node->tmpl;
  if (list.tmpl != entry.node->tmpl) {
    throw std::logic_error(
        "expected one template for all items of each(): put what differs into a hole");
  }
  finish_entry(mark, begin, known, before);
  if (!stream_) list.entries.push_back(std::move(entry));
  ++index_;
}

bool Keyed::end(std::string_view stream) {
  std::string& out = renderer_.out_;
  if (renderer_.page_) return true;
  renderer_.shared_ = outer_shared_;
  if (!hole_.child || !hole_.child->list) {
    out.resize(mark_);
    return renderer_.text(hole_, must_, "");
  }
  hole_.text.reset();
  const bool same = known_ && !changed_ && index_ == old_count_ && (index_ > 0 || !must_);
  if (same) {
    out.resize(mark_ + 1);
  } else {
    out += "\"kc\":" + std::to_string(index_) + "},";
  }
  if (!own_.empty()) own_.write(out);  // also for a new template in an entry of a known list
  if (!known_) renderer_.write_statics(out, *hole_.child->tmpl);
  if (!stream.empty()) (out += "\"stream\":") += stream;
  close(out);
  if (std::string_view(out).substr(mark_) != "{}") return true;
  out.resize(mark_);
  return false;
}

}  // namespace phx::live_view
