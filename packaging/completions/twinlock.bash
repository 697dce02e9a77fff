# shellcheck shell=bash
# Completion of twinlock(8) for bash. What can follow is read from the program's own --help, so that it is never out of date.

# _twinlock_names HELP SECTION: what that section lists, one name a line.
_twinlock_names() {
  sed -n "/^$2:/,/^\$/{/^  [^ ]/{s/^  //; s/, /,/g; s/ .*//; s/,/\n/g; p}}" <<<"$1"
}

# _twinlock_value HELP OPTION: what stands behind the option where it takes a value, such as TEXT:{6,8}; else nothing.
_twinlock_value() {
  sed -n -E "s/^  (-[a-z],)?$2 ([A-Z][^ ]*)( .*)?\$/\2/p" <<<"$1"
}

# _twinlock_offer LIST: those of its words that begin as what was typed.
_twinlock_offer() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current" | sort -u)
}

_twinlock_offer_value() {
  case $1 in
    *\{*\}) # a choice, as TEXT:{utf8,ascii,none}
      local choices=${1#*\{}
      choices=${choices%\}*}
      _twinlock_offer "${choices//,/ }"
      ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$current") && compopt -o filenames 2>/dev/null ;;
  esac
}

# _twinlock_offer_argument HELP NUMBER: for the argument of that number, from 1.
_twinlock_offer_argument() {
  local arguments
  mapfile -t arguments < <(_twinlock_names "$1" Positionals)
  case ${arguments[$2 - 1]-} in
    '' | id | label) ;;
    USER | user | old | new) mapfile -t COMPREPLY < <(compgen -u -- "$current") ;;
    *) _twinlock_offer_value '' ;;
  esac
}

_twinlock() {
  local program=$1 current=$2 path=() number=1 value='' word top help subcommands
  top=$("$program" --help 2>/dev/null) || return
  help=$top
  COMPREPLY=()
  [ "$current" != = ] || current=''
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    subcommands=$(_twinlock_names "$help" Subcommands)
    if [ "$word" = = ]; then
      : # --option=value comes as three words
    elif [ -n "$value" ]; then
      value=''
    elif [ "${word:0:1}" = - ]; then
      value=$(_twinlock_value "$help" "$word")
      [ -n "$value" ] || value=$(_twinlock_value "$top" "$word")
    elif [ -n "$subcommands" ]; then
      grep -qxF -- "$word" <<<"$subcommands" || return
      path+=("$word")
      help=$("$program" "${path[@]}" --help 2>/dev/null) || return
    else
      number=$((number + 1))
    fi
  done
  subcommands=$(_twinlock_names "$help" Subcommands)
  if [ -n "$value" ]; then
    _twinlock_offer_value "$value"
  elif [ "${current:0:1}" = - ]; then
    _twinlock_offer "$(_twinlock_names "$help"$'\n\n'"$top" Options)"
  elif [ -n "$subcommands" ]; then
    _twinlock_offer "$subcommands"
  else
    _twinlock_offer_argument "$help" "$number"
  fi
}

complete -F _twinlock twinlock
