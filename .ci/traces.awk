# traces.awk: checks that the index of traces names existing rules. Called with the output of
# `phx-conformance --list` and traces/README.md.
NR == FNR { if ($1 ~ /^[A-Z]-[0-9][0-9]$/) known[$1] = 1; next }
/^\| \[/ {
  columns = split($0, column, / \| /)
  count = split(column[columns - 2], ids, ", ")
  for (i = 1; i <= count; i++) if (!(ids[i] in known)) {
    printf "%s:%d: expected rules such as J-01 in the third column, got \"%s\"\n", FILENAME, FNR, ids[i]
    bad = 1
  }
}
END { exit bad }
