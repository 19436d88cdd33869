# help.awk: what you can do, read from the Makefile and each room's .mk: `target: … ## group: text`. With -v front=1 only
# the targets marked `##*`, those that a newcomer needs.
BEGIN {
  count = split("begin check read work measure keep", groups, " ")
  about["begin"] = "run it"; about["check"] = "check a server, or this one"; about["read"] = "the book and the reference"
  about["work"] = "work on it"; about["measure"] = "speed and memory"; about["keep"] = "install it, and the long gates"
}
match($0, /^[a-z-]+:.* ##\*? [a-z]+: /) {
  target = substr($0, 1, index($0, ":") - 1)
  shown = $0 ~ / ##\* /
  text = $0
  sub(/^.* ##\*? /, "", text)
  group = substr(text, 1, index(text, ":") - 1)
  if (!(group in about)) { print FILENAME ": " target " belongs to the unknown group " group > "/dev/stderr"; exit 1 }
  if (front && !shown) next
  lines[group] = lines[group] sprintf("    make %-20s %s\n", target, substr(text, index(text, ":") + 2))
}
END {
  print "Phoenix Channels, taken apart in C++. What you can do:\n"
  for (i = 1; i <= count; i++) if (lines[groups[i]]) printf "  %s: %s\n%s", groups[i], about[groups[i]], lines[groups[i]]
  if (front) print "\n  make help-all lists the rest, make -n TARGET what it would run."
  else print "\nWith SAN=address,undefined or SAN=thread everything is built and run under that sanitizer;\nwith DEBUG=1 for a debugger, which then sees the variables too."
}
