# Completes the tools' command lines in bash: their options, and what each takes. make install puts it where bash looks for it,
# under the name of each tool; in a shell it can be tried by `. docs/completion.bash`.
#
# Each function is called as _phx_… COMMAND WORD BEFORE, and leaves what may stand there in COMPREPLY.

# Sets cur and prev of the caller. bash cuts --color=auto into three words.
_phx_words() {
  cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  if [[ $cur == = ]]; then cur=''; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  COMPREPLY=()
}

_phx_among() { mapfile -t COMPREPLY < <(compgen -W "$*" -- "$cur"); }
# The last of several with commas between.
_phx_list() { mapfile -t COMPREPLY < <(compgen -P "${cur%"${cur##*,}"}" -W "$*" -- "${cur##*,}"); }
_phx_files() { compopt -o filenames && mapfile -t COMPREPLY < <(compgen -f -- "$cur"); }
_phx_folders() { compopt -o filenames && mapfile -t COMPREPLY < <(compgen -d -- "$cur"); }
_phx_traces() { compopt -o filenames && mapfile -t COMPREPLY < <(compgen -d -- "$cur"; compgen -f -X '!*.har' -- "$cur"); }
_phx_processes() { _phx_list "$(cd /proc && echo [0-9]*)"; }

# After -- stands the command that starts a server. Fails where there is no -- before the word.
_phx_command() {
  local i
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ ${COMP_WORDS[i]} == -- ]] || continue
    _phx_files
    ((i < COMP_CWORD - 1)) || mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -c -- "$cur")
    return 0
  done
  return 1
}

_phx_conformance() {
  local cur prev
  _phx_words
  ! _phx_command || return 0
  if ((COMP_CWORD == 1)) && [[ $cur != -* ]]; then
    _phx_among client disturb
    return
  fi
  if [[ ${COMP_WORDS[1]} == disturb ]]; then
    case $prev in
      --from) _phx_among server client ;;
      --url | --listen | --delay | --frame | --every | --event | --topic) ;;
      *)
        _phx_among --help --url --listen --drop --duplicate --delay --cut --stop --from --frame --every --event --topic
        ;;
    esac
    return
  fi
  local judged=()
  [[ ${COMP_WORDS[1]} != client ]] || judged=(client)
  case $prev in
    --ca | --known-failing | --tap | --junit | --json | --html) _phx_files ;;
    --har) _phx_folders ;;
    # Ids and their sections, from the tool itself.
    --only | --skip) _phx_list "$("$1" "${judged[@]}" --list 2>/dev/null | sed -nE 's/^([A-Z]+)(-[0-9]+) .*/\1\2 \1/p')" ;;
    --axis) _phx_list v2 v1 longpoll cluster ;;
    --profile) _phx_among 1.7 1.8 ;;
    --color) _phx_among auto always never ;;
    --url | --nodes | --topic | --params | --header | --join-params | --timeout-scale | --server-name | --server-version) ;;
    --client-name | --client-version) ;;
    --repeat | --seed | --durations) ;;
    *)
      if ((${#judged[@]})); then
        _phx_among --help --version --timeout-scale --client-name --client-version --only --skip --strict --known-failing \
          --list --dry-run --fail-fast --repeat --shuffle --seed --tap --junit --json --html --har --durations --verbose \
          --color --
        return
      fi
      _phx_among --help --version --url --nodes --insecure --ca --topic --params --header --join-params --timeout-scale \
        --server-name --server-version --only --skip --axis --profile --core --strict --known-failing --list --dry-run \
        --fail-fast --repeat --shuffle --seed --tap --junit --json --html --har --durations --verbose --color --
      ;;
  esac
}

_phx_trace() {
  local cur prev options
  _phx_words
  if ((COMP_CWORD == 1)); then
    _phx_among show draw replay record import redact --help --version
    return
  fi
  ! _phx_command || return 0
  case ${COMP_WORDS[1]} in
    show) options='--plain --steps' ;;
    draw) options='--steps --output' ;;
    replay) options='--url --index --at-once --' ;;
    record) options='--url --listen --output --comment --keep-secrets' ;;
    import) options='--output --keep-secrets' ;;
    redact) options='--output' ;;
    *) return ;;
  esac
  case $prev in
    --index | -o | --output) _phx_files ;;
    --steps | --url | --at-once | --listen | --comment) ;;
    *) if [[ $cur == -* || ${COMP_WORDS[1]} == record ]]; then _phx_among --help "$options"; else _phx_traces; fi ;;
  esac
}

_phx_bench() {
  local cur prev
  _phx_words
  ! _phx_command || return 0
  case $prev in
    --json | --ca) _phx_files ;;
    # Cases and series, from the tool itself.
    --only) _phx_list "$("$1" --help 2>/dev/null | awk '/^(Cases|Series)/ { list = 1; next } !NF { list = 0 } list { print $1 }')" ;;
    --pid | --versus-pid) _phx_processes ;;
    --url | --nodes | --seconds | --label | --versus | --rounds | --retries) ;;
    *) _phx_among --help --version --url --insecure --ca --pid --nodes --seconds --only --json --label --versus --versus-pid --rounds --retries -- ;;
  esac
}

_phx_soak() {
  local cur prev
  _phx_words
  ! _phx_command || return 0
  case $prev in
    --out) _phx_folders ;;
    --pid) _phx_processes ;;
    --url | --minutes | --seconds | --websockets | --polls | --feeds | --actions | --broadcasts | --vandals) ;;
    --patience | --nodes | --outages | --seed | --waves | --wave-size) ;;
    --redis-channel-per) _phx_among cluster topic ;;
    *)
      _phx_among --help --version --url --pid --minutes --seconds --websockets --polls --feeds --actions --broadcasts \
        --vandals --patience --nodes --outages --redis-channel-per --seed --waves --wave-size --out --
      ;;
  esac
}

_phx_publish() {
  local cur prev
  _phx_words
  case $prev in
    --file) _phx_files ;;
    --redis-channel-per) _phx_among cluster topic ;;
    --redis | --pubsub | --timeout) ;;
    *) _phx_among --help --version --redis --pubsub --redis-channel-per --file --binary --timeout --quiet ;;
  esac
}

_phx_top() {
  local cur prev
  _phx_words
  case $prev in
    --token-file) _phx_files ;;
    --view) _phx_among processes topics ;;
    --sort)
      _phx_among mailbox mailbox_bytes unsent_bytes turns used longest load monitors children age members broadcasts \
        deliveries
      ;;
    --url | --text | --interval | --rows) ;;
    *) _phx_among --help --version --url --token-file --view --sort --text --interval --once --json --rows ;;
  esac
}

_phx_talk() {
  local cur prev
  _phx_words
  case $prev in
    --token-file | --ca) _phx_files ;;
    --vsn) _phx_among 1.0.0 2.0.0 ;;
    --color) _phx_among auto always never ;;
    --params | --join-params | --header | --fallback | --once | --timeout) ;;
    *)
      _phx_among --help --version --params --join-params --token-file --header --vsn --insecure --ca --longpoll --fallback \
        --json --binary --presence --once --follow --timeout --color
      ;;
  esac
}

complete -F _phx_conformance phx-conformance
complete -F _phx_trace phx-trace
complete -F _phx_bench phx-bench
complete -F _phx_soak phx-soak
complete -F _phx_publish phx-publish
complete -F _phx_top phx-top
complete -F _phx_talk phx
