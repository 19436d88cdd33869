# protocol.awk: checks docs/protocol.md against the suite's rules, one sentence for each rule.
# Called with the page alone and -v table=1 it prints conformance/suite/core/sentences.inc; called
# with the output of `phx-conformance --list` and the page it fails where the two disagree.
function complain(what) { print "protocol: " what; bad = 1 }
function here(what) { complain(FILENAME ":" FNR ": " what) }

# A sentence runs to the next empty line and ends with the ids of its rules, or with why it has none.
function close_sentence(    ids, count, i, id) {
  if (!number) return
  if (match(text, /\([A-Z]-[0-9][0-9](, [A-Z]-[0-9][0-9])*\)$/)) {
    count = split(substr(text, RSTART + 1, RLENGTH - 2), ids, ", ")
    for (i = 1; i <= count; i++) {
      id = ids[i]
      if (id in sentence) here(number " names " id ", as " sentence[id] " does already")
      sentence[id] = number
      order[++named] = id
      if (id in level) levels[number] = levels[number] " " level[id]
    }
  } else if (text !~ /\(not judged: [^)]+\)$/)
    here(number " names no rule at its end, and does not say \"(not judged: why)\"")
  said[number] = text
  number = ""
}

# The list: id, level, profile, number, sentence.
!table && FILENAME == ARGV[1] { level[$1] = $2; built[$1] = $4; rules++; next }

/^## / {
  close_sentence()
  section = 0
  if ($2 ~ /^[0-9]+\.$/) {
    section = $2 + 0
    if (section != ++sections) here("expected section " sections ", got " section)
    sentences = 0
  }
}
/^```/ { close_sentence(); fenced = !fenced; next }
fenced { next }
/^\*\*[0-9]+\.[0-9]+\*\* / {
  close_sentence()
  number = $1
  gsub(/\*/, "", number)
  count++
  if (number != section "." ++sentences) here("expected sentence " section "." sentences ", got " number)
  text = $0
  next
}
/^$/ { close_sentence() }
number { text = text " " $0 }
# The tables after the sections end with the sentences that they sum up.
!section && /^\| .*[0-9]+\.[0-9]+ \|$/ {
  cells = split($0, cell, " *\\| *")
  mentions = split(cell[cells - 1], mention, ", ")
  for (i = 1; i <= mentions; i++) mentioned[mention[i]] = FILENAME ":" FNR
}

END {
  close_sentence()
  if (!count) { print "protocol: no numbered sentence was found"; exit 1 }
  if (table) {
    print "// Made from docs/protocol.md by `make sentences`: which sentence states what a rule judges."
    for (i = 1; i <= named; i++) printf "{\"%s\", \"%s\"},\n", order[i], sentence[order[i]]
    exit bad
  }
  if (!rules) { print "protocol: no rule was listed"; exit 1 }
  for (i = 1; i <= named; i++)
    if (!(order[i] in level)) complain(sentence[order[i]] " names " order[i] ", and no rule is called so")
  for (id in level) {
    if (!(id in sentence)) complain("no sentence names the rule " id)
    else if (built[id] != sentence[id])
      complain(id " is at " sentence[id] " and the suite says " built[id] ": run make sentences")
  }
  for (number in said) {
    if (!levels[number]) continue
    words = split("MUST SHOULD MAY", word, " ")
    found = 0
    for (i = 1; i <= words; i++) {
      if (said[number] !~ "(^|[^A-Z])" word[i] "([^A-Z]|$)") continue
      found = 1
      if (levels[number] !~ word[i]) complain(number " says " word[i] ", and its rules are" levels[number])
    }
    if (!found) complain(number " says neither MUST nor SHOULD nor MAY; its rules are" levels[number])
  }
  for (number in mentioned) if (!(number in said)) complain(mentioned[number] ": there is no sentence " number)
  if (bad) exit 1
  printf "protocol: %d sentences state %d rules, each its own\n", count, rules
}
