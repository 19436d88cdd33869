#pragma once
/// \file
/// Which version this is: of the library, and of the tools, which say so by --version.

namespace phx {

/// MAJOR.MINOR.PATCH. Until 1.0, programs are written for one MINOR. The Makefile reads it here.
inline constexpr char library_version[] = "0.1.0";

}  // namespace phx
