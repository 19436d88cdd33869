/// Sixteen or sixty-four bytes at a time give the same result as one at a time.

#include "serializer/plain_text.h"

#include <algorithm>
#include <string>

#include "base/processor.h"
#include "testing/case.h"

using namespace phx::serializer;
using namespace phx::testing;

PHX_TEST("each byte is classified the same at any position") {
  for (int value = 0; value < 256; ++value) {
    const bool plain = value >= 0x20 && value < 0x80 && value != '"' && value != '\\';
    for (std::size_t at = 0; at < 150; ++at) {
      std::string text(150, 'x');
      text[at] = static_cast<char>(value);
      expect_eq(plain_prefix(text), plain ? text.size() : at);
    }
  }
}

PHX_TEST("a stretch is the same by sixteen bytes at a time and by thirty-two") {
  for (std::size_t size = 0; size < 300; ++size) {
    for (std::size_t at = 0; at <= size; ++at) {
      std::string text(size, 'x');
      if (at < size) text[at] = at % 2 == 0 ? '\\' : static_cast<char>(0xC3);
      const std::size_t steps = at / 64 * 64;
      expect_eq(plain_stretch_by_16(text), steps);
      expect_eq(plain_stretch(text), steps);
#ifdef __x86_64__
      if (phx::has_avx2()) expect_eq(plain_stretch_by_32(text), steps);
#endif
    }
  }
}

PHX_TEST("the first special byte counts, and none after the text's end") {
  const std::string text = "0123456789 and \x01\xff\"\\ more";
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    for (std::size_t end = begin; end <= text.size(); ++end) {
      const std::string_view part = std::string_view(text).substr(begin, end - begin);
      const auto first = std::find_if_not(part.begin(), part.end(), is_plain);
      expect_eq(plain_prefix(part), static_cast<std::size_t>(first - part.begin()));
    }
  }
}
