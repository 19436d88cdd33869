# anchors.awk: names a page's headings as GitHub does, so that Doxygen finds what the links point to.
# An input filter: called with one page. Names must differ over the whole site, so each begins with
# its page's folder and name: `docs-protocol-3-joining`.
function page_of(path,    parts, count) {
  count = split(path, parts, "/")
  sub(/\.md$/, "", parts[count])
  return parts[count - 1] "-" parts[count]
}
function slug(heading) {
  heading = tolower(heading)
  gsub(/[^a-z0-9 _-]/, "", heading)
  gsub(/ /, "-", heading)
  return heading
}
function local(link,    path, anchor) {
  path = substr(link, 3, index(link, "#") - 3)
  anchor = substr(link, index(link, "#") + 1)
  if (path == "") path = FILENAME
  else if (path !~ /\//) path = folder path
  return "](#" page_of(path) "-" anchor
}
FNR == 1 { folder = FILENAME; sub(/[^\/]*$/, "", folder) }
/^```/ { fenced = !fenced }
!fenced && /^##+ / {
  heading = $0
  sub(/^#+ /, "", heading)
  print $0 " {#" page_of(FILENAME) "-" slug(heading) "}"
  next
}
!fenced {
  rest = $0
  line = ""
  while (match(rest, /\]\(([^):#]*\.md)?#[^)]*/)) {
    line = line substr(rest, 1, RSTART - 1) local(substr(rest, RSTART, RLENGTH))
    rest = substr(rest, RSTART + RLENGTH)
  }
  print line rest
  next
}
{ print }
