#pragma once
/// \file
/// A server that is broken in one place: what the reader of chapter 16 writes, and server.cc
/// serves.

#include <string_view>

#include "serializer/serializer.h"

namespace phx::exercise {

/// Version 2 of the wire, with something wrong.
const serializer::Serializer& sabotaged();

/// The id of the rule that it breaks, as `J-01`.
std::string_view rule_that_fails();

}  // namespace phx::exercise
