#pragma once
/// \file
/// Version 3 of the wire, which only exists here: V2's array of five, in MessagePack.
///
///     [join_ref, ref, topic, event, payload]     one value of https://msgpack.org, a binary frame
///
/// A socket that speaks it offers it beside the others, and the client says vsn=3.0.0:
///
///     mount.serializers = {{&phx::serializer::v2_json(), "~> 2.0.0"},
///                          {&phx::exercise::v3_messagepack(), "~> 3.0.0"}};
///
/// Exercise "messagepack" of chapter 7.

#include "serializer/serializer.h"

namespace phx::exercise {

/// Both ways the same form. join_ref and ref are nil or str; topic and event are str.
///
/// A payload that is `bin` is bytes; any other is JSON, and so it may hold nil, booleans, integers
/// that fit 64 bits with a sign, finite floats (neither infinite nor NaN), str in UTF-8, arrays,
/// and maps whose keys are str. Its nesting is 100 at most.
///
/// decode throws DecodeError for all else: a text frame, no array or fewer or more than five, bytes
/// that are cut short or go on behind the value, types that JSON lacks. It allocates no more than
/// the frame justifies: what a head promises counts for nothing until it is there.
///
/// encode of a push, and fastlane, throw EncodeError where the payload is neither an object nor
/// bytes. A reply's event is `phx_reply`, and its payload a map of `response`, anything, and
/// `status`. A broadcast's join_ref and ref are nil. Numbers and lengths are written as short as
/// they can be, and a map in the order of its keys.
const serializer::Serializer& v3_messagepack();

}  // namespace phx::exercise
