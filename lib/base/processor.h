#pragma once
/// \file
/// What this machine's processor can do.
///
/// The compiler builds for any x86-64 processor, and each of those works on sixteen bytes at once
/// (SSE2). Most work on thirty-two (AVX2): a function that goes over much text may be compiled a
/// second time for them, with `[[gnu::target("avx2")]]`, and chosen while the program runs.

namespace phx {

/// Whether functions compiled for AVX2 may be called. It reads a constant: as cheap as an `if`.
inline bool has_avx2() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

}  // namespace phx
