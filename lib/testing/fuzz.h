#pragma once
/// \file
/// What a fuzz target writes: `FUZZ(input) { parse(input); must(…); }`.
///
/// `make fuzz` links it with libFuzzer, which invents inputs; `make unit` links it with replay.cc,
/// which runs the inputs that were kept in `corpus/`. A target is a program of its own: it may
/// throw nothing, and what must hold of any input it says by must().

#include <cstdint>
#include <string_view>

namespace phx::testing {

/// Ends the program unless `holds`, and says the sentence that was expected to be true: libFuzzer
/// keeps the input.
void must(bool holds, const char* what);

/// Takes the input's first byte off it; 0 where there is none. For a target that has a choice.
inline unsigned first_byte(std::string_view& input) {
  if (input.empty()) return 0;
  const auto byte = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return byte;
}

/// Gives `take` the input in pieces of `size` bytes, as a network might. REQUIRES: size > 0.
template <class Take>
void in_pieces(std::string_view input, std::size_t size, Take&& take) {
  for (; !input.empty(); input.remove_prefix(input.substr(0, size).size())) {
    take(input.substr(0, size));
  }
}

}  // namespace phx::testing

/// The name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Defines the target of this program; `input` is a std::string_view.
#define FUZZ(input)                                                                   \
  static void phx_fuzz(std::string_view input);                                       \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    phx_fuzz({reinterpret_cast<const char*>(data), size});                            \
    return 0;                                                                         \
  }                                                                                   \
  static void phx_fuzz([[maybe_unused]] std::string_view input)
