# sizes.awk: names the files and functions that a reader will not finish, and the lines too wide.
# A function's body runs from the line that ends in `{`, and starts in column 1, to `}` in column 1.
FNR == 1 { close_file(); name = FILENAME; lines = start = table = 0 }
{ lines++ }
length($0) > 100 && $0 !~ /R"|"[^"]*$|http/ { printf "%s:%d: %d columns (100 at most)\n", FILENAME, FNR, length($0); bad = 1 }
/\)( (const|noexcept|override|try))* \{$/ && /^[A-Za-z]/ && !/= / { start = FNR; table = 0 }
/^  return \{$/ && start { table = FNR }  # a table that is returned is one line
/^  \};$/ && table { start += FNR - table; table = 0 }
/^\}/ && start {
  if (FNR - start > 50) { printf "%s:%d: a function of %d lines (about 40 at most)\n", FILENAME, start, FNR - start; bad = 1 }
  start = table = 0
}
function close_file() {
  if (name && lines > 450) { printf "%s: %d lines (about 450 at most)\n", name, lines; bad = 1 }
}
END { close_file(); exit bad }
