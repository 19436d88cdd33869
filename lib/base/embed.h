#pragma once
/// \file
/// A file of the project as bytes of the program: the assembler puts it there.

/// Declares `NAME_begin` and `NAME_end`, outside of any namespace. `file` is a literal, from the
/// project's root: the build runs there. The object depends on the file by a rule in lib.mk.
#define PHX_EMBED(name, file)            \
  __asm__(".pushsection .rodata\n" #name \
          "_begin:\n"                    \
          ".incbin \"" file "\"\n" #name \
          "_end:\n"                      \
          ".popsection\n");              \
  extern "C" __attribute__((visibility("hidden"))) const char name##_begin[], name##_end[]
