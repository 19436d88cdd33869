/// Writes diffs and pages while render() runs.

#include "live_view/renderer.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "live_view/component.h"
#include "live_view/html.h"
#include "live_view/limits.h"
#include "process/hop.h"

namespace phx::live_view {
namespace {

thread_local Renderer* running = nullptr;

}  // namespace

void append_key(std::string& out, std::size_t key) {
  out += '"';
  out += std::to_string(key);
  out += "\":";
}

void close(std::string& out) {
  if (out.back() == ',') out.pop_back();
  out += '}';
}

// --- What the client has -------------------------------------------------------------------------

bool Hole::stale() const { return reads.stale() || (child && child->stale()); }

bool Node::stale() const {
  return std::any_of(holes.begin(), holes.end(), [](const Hole& hole) { return hole.stale(); }) ||
         std::any_of(entries.begin(), entries.end(),
                     [](const Entry& entry) { return entry.node->stale(); });
}

std::size_t Shared::place_of(const Template& tmpl) {
  const auto found = std::find(all_.begin(), all_.end(), &tmpl);
  if (found != all_.end()) return static_cast<std::size_t>(found - all_.begin());
  all_.push_back(&tmpl);
  return all_.size() - 1;
}

void Shared::write(std::string& out) const {
  out += "\"p\":{";
  for (std::size_t i = 0; i < all_.size(); ++i) {
    append_key(out, i);
    (out += all_[i]->json) += ',';
  }
  close(out);
  out += ',';
}

Components::Components() = default;
Components::~Components() = default;

Components::One* Components::find(int cid) {
  const auto found = all_.find(cid);
  return found != all_.end() ? &found->second : nullptr;
}

int Components::cid_of(std::type_index type, const std::string& id, const Make& make) {
  if (const auto known = cids_.find({type, id}); known != cids_.end()) {
    all_.at(known->second).doomed = false;
    return known->second;
  }
  if (all_.size() >= max_components) {
    throw std::length_error("expected at most " + std::to_string(max_components) +
                            " components in a page, got one more: \"" + id + "\"");
  }
  Reads of_its_own;  // what it reads in mount() is not what the page depends on
  const Reads::Open reads(of_its_own);
  const int cid = next_++;
  cids_[{type, id}] = cid;
  One& one = all_[cid];
  one.type = type;
  one.id = id;
  one.component = make();
  one.component->id = id;
  one.component->myself = cid;
  one.component->mount();
  return cid;
}

void Components::doom(int cid) {
  if (One* one = find(cid)) one->doomed = true;
}

bool Components::destroy(int cid) {
  const One* one = find(cid);
  if (one == nullptr || !one->doomed) return false;
  cids_.erase({one->type, one->id});
  return all_.erase(cid) > 0;
}

// --- Templates -----------------------------------------------------------------------------------

Renderer::Renderer(std::string& out, Components& components, bool page)
    : out_(out), components_(&components), page_(page), outer_(running) {
  static const std::string none;
  attribute_ = &none;
  running = this;
}
Renderer::~Renderer() { running = outer_; }

Renderer& Renderer::current() {
  if (running != nullptr) return *running;
  throw std::logic_error("expected html() inside of render(), and nothing is being rendered");
}

Html Renderer::render(const Template& tmpl, std::span<const Part> parts) {
  Node* const node = std::exchange(slot_, nullptr);
  if (node == nullptr) {
    throw std::logic_error(
        "expected one html() for each hole, got a second one: return what html() returned");
  }
  const bool entry = std::exchange(entry_, false);
  const bool whole = std::exchange(whole_, false);
  const bool block = std::exchange(block_, false);
  const bool first = first_;
  const bool top = std::exchange(top_, std::exchange(top_next_, false));
  const std::string* const attribute = attribute_;
  if (page_) {
    render_page(tmpl, parts);
  } else {
    const bool same = node->tmpl == &tmpl;
    if (!same) {
      *node = Node{&tmpl};
      node->holes.resize(tmpl.holes());
    }
    first_ = !same;
    if (!whole) out_ += '{';
    holes(tmpl, parts, *node, same);
    if (whole) root_new_ = !same;
    if (!same && !entry && !whole) {
      if (tmpl.root && !block) out_ += "\"r\":1,";
      write_statics(out_, tmpl);
    }
    if (!whole) close(out_);
  }
  first_ = first;
  top_ = top;
  attribute_ = attribute;
  return Html(true);
}

void Renderer::holes(const Template& tmpl, std::span<const Part> parts, Node& node, bool same) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t mark = out_.size();
    first_ = !same;
    attribute_ = &tmpl.attributes[i];
    append_key(out_, i);
    if (parts[i].fill(parts[i].filler, *this, node.holes[i])) {
      out_ += ',';
    } else {
      out_.resize(mark);
    }
  }
}

void Renderer::render_page(const Template& tmpl, std::span<const Part> parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    out_ += tmpl.statics[i];
    attribute_ = &tmpl.attributes[i];
    Hole hole;
    parts[i].fill(parts[i].filler, *this, hole);
  }
  out_ += tmpl.statics.back();
}

void Renderer::write_statics(std::string& out, const Template& tmpl) {
  out += "\"s\":";
  out += shared_ != nullptr ? std::to_string(shared_->place_of(tmpl)) : tmpl.json;
  out += ',';
}

// --- Holes ---------------------------------------------------------------------------------------

bool Renderer::text(Hole& hole, bool must, std::string text) {
  if (page_) {
    out_ += text;
    return true;
  }
  hole.child.reset();
  if (!must && !first_ && hole.text == text) return false;
  append_json(out_, text);
  if (must && top_) {
    hole.text.reset();
  } else {
    hole.text = std::move(text);
  }
  return true;
}

bool Renderer::number(Hole& hole, bool must, int number) {
  std::string text = std::to_string(number);
  hole.child.reset();
  if (!must && hole.text == text) return false;
  out_ += text;
  hole.text = std::move(text);
  return true;
}

bool Renderer::nested(Hole& hole, bool must, const std::function<Html()>& body) {
  const std::size_t mark = out_.size();
  if (!hole.child || hole.child->list) hole.child = std::make_unique<Node>();
  Node* const slot = std::exchange(slot_, hole.child.get());
  const bool written = !body().empty();
  slot_ = slot;
  if (!written) {
    hole.child.reset();
    return text(hole, must, "");
  }
  if (page_) return true;
  hole.text.reset();
  const bool nothing = std::string_view(out_).substr(mark) == "{}";
  if (nothing) out_.resize(mark);
  return !nothing;
}

bool Renderer::inner(Hole& hole, const std::function<Html()>& body) {
  top_next_ = true;
  const bool written = nested(hole, true, body);
  top_next_ = false;
  return written;
}

bool Renderer::component(Hole& hole, bool must, int cid) {
  if (!page_) {
    asked_.push_back(cid);
    return number(hole, must, cid);
  }
  Node scratch;
  Node* const slot = std::exchange(slot_, &scratch);
  components_->find(cid)->component->render();
  slot_ = slot;
  return true;
}

// --- Pages ---------------------------------------------------------------------------------------

/// Renders the components that were asked for, and those that these ask for in turn. A non-empty
/// result ends with a comma.
std::string Renderer::pending(const std::vector<int>& first) {
  std::map<int, std::string> written;
  std::set<int> seen;
  asked_ = first;
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    const int cid = asked_[i];
    Components::One& one = *components_->find(cid);
    if (!seen.insert(cid).second) {
      throw std::logic_error("expected each component once in a page, got two with the id \"" +
                             one.id + "\"");
    }
    out_.clear();
    out_ += '{';
    slot_ = &one.node;
    whole_ = true;
    top_next_ = true;
    root_new_ = false;
    if (one.component->render().empty()) {
      throw std::logic_error("expected html() of the component \"" + one.id + "\", got nothing");
    }
    if (root_new_) {
      if (one.node.tmpl->root) out_ += "\"r\":1,";
      write_statics(out_, *one.node.tmpl);
    }
    close(out_);
    if (out_ != "{}") written[cid] = out_;
  }
  std::string all;
  for (const auto& [cid, text] : written) {
    append_key(all, static_cast<std::size_t>(cid));
    (all += text) += ',';
  }
  return all;
}

std::string Page::assemble(std::string out, const std::string& components, const Extras& extras,
                           const Shared& shared, const Template* new_root) {
  if (!components.empty()) {
    (out += "\"c\":{") += components;
    close(out);
    out += ',';
  }
  if (!extras.events.empty()) ((out += "\"e\":") += extras.events) += ',';
  std::size_t place = 0;
  Shared all = shared;
  if (new_root != nullptr) place = all.place_of(*new_root);
  if (!all.empty()) all.write(out);
  if (!extras.reply.empty()) {
    ((out += "\"r\":") += extras.reply) += ',';
  } else if (new_root != nullptr && new_root->root) {
    out += "\"r\":1,";
  }
  if (new_root != nullptr) (out += "\"s\":") += std::to_string(place) + ',';
  if (extras.title) {
    out += "\"t\":";
    append_json(out, *extras.title);
    out += ',';
  }
  close(out);
  return out;
}

std::string Page::diff(const std::function<Html()>& render, const Extras& extras) {
  process::hop("render");
  std::string out;
  std::string holes = "{";
  Shared shared;
  std::string components;
  bool root_new = false;
  {
    Renderer renderer(out, components_, false);
    renderer.shared_ = &shared;
    renderer.slot_ = &root_;
    renderer.whole_ = true;
    renderer.top_next_ = true;
    if (render().empty()) throw std::logic_error("expected html() of render(), got nothing");
    holes += out;
    root_new = renderer.root_new_;
    renderer.shared_ = nullptr;
    components = renderer.pending(std::exchange(renderer.asked_, {}));
  }
  return assemble(std::move(holes), components, extras, shared, root_new ? root_.tmpl : nullptr);
}

std::string Page::diff_of(int cid, const Extras& extras) {
  std::string out;
  std::string components;
  {
    Renderer renderer(out, components_, false);
    components = renderer.pending({cid});
  }
  return assemble("{", components, extras, {}, nullptr);
}

std::string Page::html(const std::function<Html()>& render) {
  std::string out;
  Components components;
  Node scratch;
  Renderer renderer(out, components, true);
  renderer.slot_ = &scratch;
  render();
  return out;
}

}  // namespace phx::live_view
