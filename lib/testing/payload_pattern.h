#pragma once
/// \file
/// What a test expects of a payload: all of it, a part, or any payload.

#include "serializer/payload.h"

namespace phx::testing {

/// A payload is expected whole; containing() and any_payload() expect less.
class PayloadPattern {
 public:
  /// The empty object.
  PayloadPattern() : PayloadPattern(serializer::Payload()) {}
  PayloadPattern(serializer::Payload whole) : kind_(Kind::whole), expected_(std::move(whole)) {}
  PayloadPattern(const Json& whole) : PayloadPattern(serializer::Payload(whole)) {}
  PayloadPattern(std::initializer_list<Json::Member> whole)
      : PayloadPattern(serializer::Payload(whole)) {}

  bool matches(const serializer::Payload& payload) const;
  /// `{"a":1}`, `a payload containing {"a":1}`, `any payload`.
  std::string shown() const;

 private:
  friend PayloadPattern containing(const Json& part);
  friend PayloadPattern any_payload();
  enum class Kind { whole, part, any };
  PayloadPattern(Kind kind, serializer::Payload expected)
      : kind_(kind), expected_(std::move(expected)) {}

  Kind kind_;
  serializer::Payload expected_;
};

/// Every member of `part` is present with a value that contains its value; others may be present.
/// An array contains one of the same length, item by item; anything else contains its equal. As
/// Elixir matches the pattern `%{"user" => %{"id" => 1}}`.
PayloadPattern containing(const Json& part);
/// As Elixir matches `_`.
PayloadPattern any_payload();

/// The JSON text, or the size and the first bytes of a binary payload.
std::string shown(const serializer::Payload& payload);

}  // namespace phx::testing
