# contract.awk: fails if the contract's page and the contract's channels name different events.
# Called with docs/contract.md and conformance/server/conformance_channel.cc.
function note(set, event) { events[event] = 1; named[set, event] = FILENAME ":" FNR }
function quoted(line) { match(line, /"[a-z_]+"/); return substr(line, RSTART + 1, RLENGTH - 2) }

/^### / { in_table = /^### Events on/ }
in_table && /^\| `[a-z_]+` \|/ { split($0, cell, "`"); note("table", cell[2]) }
/^# lib\// { in_channel = /conformance_channel/ }
in_channel && /^  def handle_in\("/ { note("elixir", quoted($0)) }

/^const std::(unordered_)?map.* handlers = / { in_map = 1 }
in_map && /^    \{"[a-z_]+",/ { note("cpp", quoted($0)) }
in_map && /^};/ { in_map = 0 }
/^Result ConformanceChannel::handle_in/ { in_handler = 1 }
in_handler && /event == "[a-z_]+"/ { note("cpp", quoted($0)) }
/^}/ { in_handler = 0 }

END {
  split("table elixir cpp", sets, " ")
  says["table"] = "the page's table"
  says["elixir"] = "the page's Elixir"
  says["cpp"] = "conformance_channel.cc"
  for (event in events) {
    count++
    for (i = 1; i in sets; i++) {
      if ((sets[i], event) in named) continue
      print "contract: the event " event " is missing in " says[sets[i]]
      bad = 1
    }
  }
  if (!count) { print "contract: no event was found"; exit 1 }
  if (bad) exit 1
  printf "contract: %d events, the same in the table, in Elixir and in C++\n", count
}
