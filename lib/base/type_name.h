#pragma once
/// \file
/// Names of types, as a program writes them: for people who look at a running server.

#include <string>
#include <typeinfo>

namespace phx {

/// `phx::serializer::SocketMessage`; the compiler's own form of it if that can't be read.
std::string type_name(const std::type_info& type);

}  // namespace phx
