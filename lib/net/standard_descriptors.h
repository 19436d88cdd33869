#pragma once
/// \file
/// The descriptors 0, 1 and 2, which a program may have been started without.

namespace phx::net {

/// Opens /dev/null as each of them that is closed. Otherwise a port or a client would get its
/// number, and receive all that the process prints. Call before any other descriptor is opened.
void take_standard_descriptors();

}  // namespace phx::net
