/// A value that shares until it is changed. Only this folder calls Jansson.

#include "json/json.h"

#include <sodium.h>

#include <algorithm>

#include "base/check.h"
#include "base/utf8.h"
#include "json/reader.h"
#include "json/writer.h"

namespace phx {
namespace {

/// Jansson hashes an object's keys under a seed. By default it chooses one at the first object, and
/// from the time of day if it can't open /dev/urandom, as in a server that is out of descriptors.
[[maybe_unused]] const bool seeded = [] {
  json_object_seed(std::max<std::size_t>(randombytes_random(), 1));  // 0: choose one at random
  return true;
}();

/// Jansson returns null if memory is out, or for a string that is not valid UTF-8.
json_t* made(json_t* value) {
  if (value == nullptr) throw JsonError("expected text in UTF-8, got other bytes");
  return value;
}

/// Checked eight bytes at a time; Jansson itself looks at each byte.
json_t* string_of(std::string_view text) {
  if (utf8_prefix(text) != text.size()) return nullptr;
  return json_stringn_nocheck(text.data(), text.size());
}

/// null, true and false are Jansson's own, without a count.
constexpr auto uncounted = static_cast<std::size_t>(-1);

/// json_incref and json_decref read the count plainly before they change it atomically: a race if
/// several threads copy a value.
std::size_t count_of(const json_t* value) {
  return __atomic_load_n(&value->refcount, __ATOMIC_ACQUIRE);
}

json_t* kept(json_t* value) {
  if (count_of(value) != uncounted) __atomic_add_fetch(&value->refcount, 1, __ATOMIC_RELAXED);
  return value;
}

// Jansson copies and compares objects by keys that end at a NUL.

json_t* copy_of_object(json_t* object) {
  json_t* copy = json_object();
  for (void* i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
    json_object_setn_new_nocheck(copy, json_object_iter_key(i), json_object_iter_key_len(i),
                                 kept(json_object_iter_value(i)));
  }
  return copy;
}

bool equal(json_t* a, json_t* b) {
  if (a == b) return true;
  if (json_typeof(a) != json_typeof(b)) return false;
  if (json_is_array(a)) {
    if (json_array_size(a) != json_array_size(b)) return false;
    for (std::size_t i = 0; i < json_array_size(a); ++i) {
      if (!equal(json_array_get(a, i), json_array_get(b, i))) return false;
    }
    return true;
  }
  if (!json_is_object(a)) return json_equal(a, b) == 1;
  if (json_object_size(a) != json_object_size(b)) return false;
  for (void* i = json_object_iter(a); i; i = json_object_iter_next(a, i)) {
    json_t* other = json_object_getn(b, json_object_iter_key(i), json_object_iter_key_len(i));
    if (other == nullptr || !equal(json_object_iter_value(i), other)) return false;
  }
  return true;
}

}  // namespace

bool Json::operator==(const Json& other) const { return equal(value_.get(), other.value_.get()); }

void Json::Release::operator()(json_t* value) const {
  if (count_of(value) == uncounted) return;
  if (__atomic_sub_fetch(&value->refcount, 1, __ATOMIC_ACQ_REL) == 0) json_delete(value);
}

Json::Json(std::nullptr_t) : Json(json_null(), 0) {}
Json::Json(bool value) : Json(json_boolean(value), 0) {}
Json::Json(double value) : Json(made(json_real(value)), 0) {}
Json::Json(std::string_view text) : Json(made(string_of(text)), 0) {}

Json Json::steal(json_t* value) { return Json(made(value), 0); }
Json Json::borrow(json_t* value) { return Json(kept(value), 0); }

Json Json::object(std::initializer_list<Member> members) {
  Json object = steal(json_object());
  for (const auto& [key, value] : members) object.set(key, value);
  return object;
}

Json Json::array(std::initializer_list<Json> items) {
  Json array = steal(json_array());
  for (const Json& item : items) array.append(item);
  return array;
}

Json Json::parse(std::string_view text) { return steal(json::read(text)); }

std::string Json::dump() const { return json::written(value_.get()); }

std::size_t Json::size() const {
  return is_array() ? json_array_size(value_.get()) : json_object_size(value_.get());
}

Json Json::operator[](std::string_view key) const {
  json_t* member = json_object_getn(value_.get(), key.data(), key.size());
  return member ? borrow(member) : Json();
}

Json Json::operator[](std::size_t index) const {
  json_t* item = json_array_get(value_.get(), index);
  return item ? borrow(item) : Json();
}

bool Json::has(std::string_view key) const {
  return json_object_getn(value_.get(), key.data(), key.size()) != nullptr;
}

std::vector<std::pair<std::string, Json>> Json::sorted_members() const {
  std::vector<std::pair<std::string, Json>> members;
  for (void* i = json_object_iter(value_.get()); i; i = json_object_iter_next(value_.get(), i)) {
    members.emplace_back(std::string(json_object_iter_key(i), json_object_iter_key_len(i)),
                         borrow(json_object_iter_value(i)));
  }
  std::sort(members.begin(), members.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return members;
}

std::string Json::string_or(std::string_view otherwise) const {
  if (!is_string()) return std::string(otherwise);
  return {json_string_value(value_.get()), json_string_length(value_.get())};
}

long long Json::integer_or(long long otherwise) const {
  return json_is_integer(value_.get()) ? json_integer_value(value_.get()) : otherwise;
}

void Json::set(std::string_view key, Json value) {
  check(is_object(), "only an object has members to set");
  own_alone();
  if (json_object_setn_new(value_.get(), key.data(), key.size(), value.value_.release()) != 0) {
    throw JsonError("expected a key in UTF-8, got other bytes");
  }
}

void Json::append(Json item) {
  check(is_array(), "only an array can be appended to");
  own_alone();
  check(json_array_append_new(value_.get(), item.value_.release()) == 0, "an array takes any item");
}

void Json::own_alone() {
  if (count_of(value_.get()) <= 1) return;
  value_.reset(is_object() ? copy_of_object(value_.get()) : json_copy(value_.get()));
}

}  // namespace phx
