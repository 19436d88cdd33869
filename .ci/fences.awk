# fences.awk: writes the Elixir blocks of a page into files, each under the name in its first line.
# Called with -v into=DIRECTORY and the page.
function fail(what) { print FILENAME ":" FNR ": " what > "/dev/stderr"; failed = 1; exit 1 }
/^```elixir$/ { opened = FNR; next }
/^```$/ && opened { if (file) close(file); opened = 0; file = ""; next }
opened && FNR == opened + 1 {
  if ($0 !~ /^# [a-z_\/]+\.exs?$/) fail("expected the name of a file as in \"# lib/app.ex\", got \"" $0 "\"")
  file = into "/" $2
  if (file in written) fail($2 " is written twice")
  written[file] = 1
  folder = file
  sub(/\/[^\/]*$/, "", folder)
  system("mkdir -p '" folder "'")
  printf "" > file
  files++
  next
}
opened { print > file }
END {
  if (failed) exit 1
  if (opened) { print FILENAME ": the block of line " opened " is not closed"; exit 1 }
  if (!files) { print FILENAME ": no block of Elixir was found"; exit 1 }
  printf "%d files of %s are in %s\n", files, FILENAME, into
}
