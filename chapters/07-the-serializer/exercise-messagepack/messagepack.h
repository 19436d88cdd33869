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

/// Both ways the same form:
///
/// - [1] join_ref and ref are nil or str. [2] topic and event are str.
/// - [3] A payload that is `bin` is bytes. [4] Any other is JSON, and so it may hold nil, booleans,
///   integers that fit 64 bits with a sign, finite floats (neither infinite nor NaN), str in UTF-8,
///   arrays, and maps whose keys are str. [5] Its nesting is 100 at most: a list in a list is 2.
///
/// decode throws DecodeError for all else:
///
/// - [6] For a text frame. [7] For no array, or fewer or more than five. [8] For bytes that are cut
///   short. [9] For bytes that go on after the value. [10] For types that JSON lacks.
/// - [11] It allocates no more than the frame justifies: what a head promises counts for nothing
///   until it is there.
///
/// What goes out:
///
/// - [12] encode of a push, and fastlane, throw EncodeError where the payload is neither an object
///   nor bytes.
/// - [13] A reply's event is `phx_reply`. [14] Its payload is a map of `response`, anything, and
///   `status`. [15] A broadcast's join_ref and ref are nil.
/// - [16] Integers and lengths are written as short as they can be. [17] A float stays one, in nine
///   bytes: 2.0 does not become the integer 2. [18] A map is written in the order of its keys.
///   [19] Bytes are written as `bin`.
const serializer::Serializer& v3_messagepack();

}  // namespace phx::exercise
