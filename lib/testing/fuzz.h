#pragma once
/// \file
/// The macro and checks of a fuzz target: `FUZZ(input) { parse(input); must(…); }`.
///
/// `make fuzz` links it with libFuzzer, which generates inputs; `make unit` links it with
/// replay.cc, which runs the inputs in `corpus/`. A target is a program of its own: it must not
/// throw, and checks with must() what holds for any input.

#include <cstdint>
#include <string_view>

namespace phx::testing {

/// Ends the program unless `holds`, and prints the expected sentence: libFuzzer keeps the input.
void must(bool holds, const char* what);

/// Takes the input's first byte; 0 if there is none. For a target with a choice.
inline unsigned first_byte(std::string_view& input) {
  if (input.empty()) return 0;
  const auto byte = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return byte;
}

/// Passes the input to `take` in pieces of `size` bytes, as a network might. REQUIRES: size > 0.
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
