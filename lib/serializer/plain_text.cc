/// Goes over long text, with the widest registers that the processor has.

#include "serializer/plain_text.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "base/processor.h"

namespace phx::serializer {

std::size_t plain_stretch_by_16(std::string_view text) {
  constexpr std::size_t size = sizeof(Block);
  std::size_t at = 0;
  for (; at + 4 * size <= text.size(); at += 4 * size) {
    const char* blocks = text.data() + at;
    const Block special = special_in(block_at(blocks)) | special_in(block_at(blocks + size)) |
                          special_in(block_at(blocks + 2 * size)) |
                          special_in(block_at(blocks + 3 * size));
    if (plain_bytes(special) < size) break;
  }
  return at;
}

#ifdef __x86_64__
/// special_in() is compiled for sixteen bytes, so its comparisons stand here again.
[[gnu::target("avx2")]] std::size_t plain_stretch_by_32(std::string_view text) {
  using Wide = signed char __attribute__((vector_size(32)));
  constexpr std::size_t size = sizeof(Wide);
  std::size_t at = 0;
  for (; at + 2 * size <= text.size(); at += 2 * size) {
    Wide first;
    Wide second;
    std::memcpy(&first, text.data() + at, size);
    std::memcpy(&second, text.data() + at + size, size);
    const Wide special =
        ((first ^ 2) < 0x21) | ((second ^ 2) < 0x21) | (first == '\\') | (second == '\\');
    if (_mm256_movemask_epi8(reinterpret_cast<__m256i>(special)) != 0) break;
  }
  return at;
}
#endif

std::size_t plain_stretch(std::string_view text) {
#ifdef __x86_64__
  if (has_avx2()) return plain_stretch_by_32(text);
#endif
  return plain_stretch_by_16(text);
}

}  // namespace phx::serializer
