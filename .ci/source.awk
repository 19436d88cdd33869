# source.awk: a C++ file for Doxygen: each belongs to its layer's group, a listing's tags are not
# documentation, and a source's first comment is about the file. Lines keep their numbers.
function group(path,    parts, count) {
  count = split(path, parts, "/")
  for (i = 1; i < count; i++) {
    if (parts[i] == "lib") return "layer_" (i + 1 < count ? parts[i + 1] : "phoenix")
    if (parts[i] == "conformance" && i + 1 < count) return "part_" parts[count - 1]
  }
  return ""
}
FNR == 1 { in_group = group(FILENAME); header = FILENAME ~ /\.h$/ }
# The file and the contents of its namespace belong to the group; the namespace is shared.
FNR == 2 && header && in_group && /^\/\/\/ \\file$/ { print "/// @file_in{" in_group "}"; next }
header && in_group && !open_at && /^namespace (phx|conformance)[a-z:_]* \{$/ {
  print $0 " /** @opens{" in_group "} */"
  open_at = $2
  next
}
header && in_group && open_at && /^\}  \/\/ namespace/ && $NF == open_at {
  print "/** @} */ " $0
  open_at = ""
  next
}
# A source's first comment, where an empty line ends it, is about the file: \file takes that line.
FNR == 1 { about = !header && /^\/\/\//; held = "" }
about && /^\/\/\// { held = held $0 "\n"; next }
about { printf "%s%s", ($0 == "" ? "/// \\file\n" : ""), held; about = 0; if ($0 == "") next }
/^ *\/\/! \[[^\]]*\] *$/ { print ""; next }
{ print }
