# sizes.awk: names the files that a reader will not finish, and the lines too wide. By hand, since clang-format leaves
# a long word of a comment as it is, and no tool counts a file's lines. clang-tidy measures the functions.
# Columns are counted in bytes that begin a character.
FNR == 1 { close_file(); name = FILENAME; lines = 0 }
{ lines++; text = $0; gsub(/[\200-\277]/, "", text) }
length(text) > 100 && !/R"|"[^"]*$|http/ { printf "%s:%d: %d columns (100 at most)\n", FILENAME, FNR, length(text); bad = 1 }
function close_file() {
  if (name && lines > 450) { printf "%s: %d lines (about 450 at most)\n", name, lines; bad = 1 }
}
END { close_file(); exit bad }
