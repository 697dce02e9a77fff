#compdef twinlock
# Completion of twinlock(8) for zsh. What can follow is read from the program's own --help, so that it is never out of date.

# _twinlock_names HELP SECTION: what that section lists, one name a line.
_twinlock_names() {
  sed -n "/^$2:/,/^\$/{/^  [^ ]/{s/^  //; s/, /,/g; s/ .*//; s/,/\n/g; p}}" <<<"$1"
}

# _twinlock_value HELP OPTION: what stands behind the option where it takes a value, such as TEXT:{6,8}; else nothing.
_twinlock_value() {
  sed -n -E "s/^  (-[a-z],)?$2 ([A-Z][^ ]*)( .*)?\$/\2/p" <<<"$1"
}

_twinlock_offer_value() {
  if [[ $1 == *'{'*'}'* ]]; then
    compadd -- ${(s:,:)${${1#*'{'}%'}'*}}
  else
    _files
  fi
}

# _twinlock_offer_argument HELP NUMBER: for the argument of that number, from 1.
_twinlock_offer_argument() {
  local -a arguments=(${(f)"$(_twinlock_names "$1" Positionals)"})
  case ${arguments[$2]-} in
    ''|id|label) ;;
    USER|user|old|new) _users ;;
    *) _files ;;
  esac
}

_twinlock() {
  local program=${(Q)words[1]} top help word value= number=1
  local -a path_ subcommands
  top=$($program --help 2>/dev/null) || return
  help=$top
  subcommands=(${(f)"$(_twinlock_names "$help" Subcommands)"})
  for word in "${(@)words[2,CURRENT-1]}"; do
    if [[ -n $value ]]; then
      value=
    elif [[ $word == -*=* ]]; then
      :
    elif [[ $word == -* ]]; then
      value=$(_twinlock_value "$help" "$word")
      [[ -n $value ]] || value=$(_twinlock_value "$top" "$word")
    elif (( $#subcommands )); then
      (( ${subcommands[(Ie)$word]} )) || return
      path_+=("$word")
      help=$($program $path_ --help 2>/dev/null) || return
      subcommands=(${(f)"$(_twinlock_names "$help" Subcommands)"})
    else
      (( number++ ))
    fi
  done
  if [[ -n $value ]]; then
    _twinlock_offer_value "$value"
  elif [[ $PREFIX == -*=* ]]; then
    value=$(_twinlock_value "$help" "${PREFIX%%=*}")
    compset -P '*='
    _twinlock_offer_value "$value"
  elif [[ $PREFIX == -* ]]; then
    compadd -- ${(fu)"$(_twinlock_names "$help"$'\n\n'"$top" Options)"}
  elif (( $#subcommands )); then
    compadd -- $subcommands
  else
    _twinlock_offer_argument "$help" $number
  fi
}

_twinlock "$@"
