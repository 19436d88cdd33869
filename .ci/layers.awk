# layers.awk: fails if a file includes a layer above its own, or a library that another layer hides. In lib/ a layer is a
# folder; in conformance/ and traces/ it is a room (`suite/core`).
# Called with -v layers='lowest … highest' -v rooms='lowest … highest' and the files to read.
BEGIN {
  count = split(layers, names, " ")
  for (i = 1; i <= count; i++) rank["lib/" names[i]] = i
  count = split(rooms, names, " ")
  for (i = 1; i <= count; i++) rank[names[i] ~ /^traces/ ? names[i] : "conformance/" names[i]] = i
  hidden["libwebsockets.h"] = hidden["openssl/ssl.h"] = hidden["uv.h"] = "net"
}
# room_of PATH: the folder of a file, as far as it is a layer or room; its tests of several files belong to it.
function room_of(path) { sub(/(\/test)?\/[^\/]*$/, "", path); return path }
FNR == 1 {
  own = room_of(FILENAME)
  inside = FILENAME ~ /^lib\//
  test = FILENAME ~ /_(test|fuzz|bench)\.cc$/
  files++
  if (!(own in rank) && own != "lib") { print FILENAME ": is in no known layer or room"; bad = 1 }
}
/^#include "/ {
  split($2, quoted, "\"")
  path = quoted[2]
  tool = path ~ /^(conformance|traces)\//
  if (!inside && !tool) next  # a server or a tool is built on lib/ from outside
  layer = room_of(tool ? path : "lib/" path)
  if (layer == "lib") next  # version.h
  if (layer == "lib/testing" && test) next
  if (test && !inside) next   # a test may look anywhere
  if (inside && tool) { print FILENAME ":" FNR ": the library includes \"" path "\", which judges it"; bad = 1 }
  else if (!(layer in rank)) { print FILENAME ":" FNR ": includes \"" path "\", which is in no known layer"; bad = 1 }
  else if (own != "lib" && rank[layer] > rank[own]) {
    print FILENAME ":" FNR ": " own " includes " layer ", which is above it"
    bad = 1
  }
}
/^#include </ && inside {
  header = $2
  gsub(/[<>]/, "", header)
  # A test also speaks TLS as a client.
  if (header in hidden && own != "lib/" hidden[header] && own != "lib/testing") {
    print FILENAME ":" FNR ": includes <" header ">, which only " hidden[header] " may"
    bad = 1
  }
}
END {
  if (!files) { print "layers: no file was read"; exit 1 }
  if (bad) exit 1
  printf "layers: %d files, every include points to its own layer or a lower one\n", files
}
