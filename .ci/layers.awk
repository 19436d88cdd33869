# layers.awk: fails where a file of lib/ includes a layer above its own, or knows of a library that another layer hides.
# Called with -v layers='lowest … highest' and the files to read.
BEGIN {
  count = split(layers, names, " ")
  for (i = 1; i <= count; i++) rank[names[i]] = i
  hidden["libwebsockets.h"] = hidden["openssl/ssl.h"] = hidden["uv.h"] = "net"
}
FNR == 1 { split(FILENAME, parts, "/"); own = parts[2]; test = FILENAME ~ /_(test|fuzz|bench)\.cc$/; files++ }
/^#include "/ {
  split($2, path, /["\/]/)
  layer = path[2]
  if (layer == "testing" && test) next
  if (!(layer in rank)) { print FILENAME ":" FNR ": includes \"" layer "/…\", which is no layer"; bad = 1 }
  else if (rank[layer] > rank[own]) {
    print FILENAME ":" FNR ": " own " includes " layer ", a layer above its own"
    bad = 1
  }
}
/^#include </ {
  header = $2
  gsub(/[<>]/, "", header)
  # A test speaks TLS as a client, too.
  if (header in hidden && own != hidden[header] && own != "testing") {
    print FILENAME ":" FNR ": includes <" header ">, which " hidden[header] " alone may"
    bad = 1
  }
}
END {
  if (!files) { print "layers: no file was read"; exit 1 }
  if (bad) exit 1
  printf "layers: %d files, every include points to its own layer or a lower one\n", files
}
