# Matriz in zsh: this terminal follows "matriz use NAME".
typeset -g __matriz_program=@PROGRAM@ __matriz_seen=''
typeset -gA __matriz_was __matriz_env
# every key that was touched since nothing was loaded
typeset -g __matriz_keys=' '
[[ ${MATRIZ_LOADED-} == *' '* ]] && __matriz_keys=" ${MATRIZ_LOADED#* } "

# What the terminal had under a name is remembered once, and whether programs saw it.
function __matriz_hold {
  emulate -L zsh
  [[ $__matriz_keys == *" $1 "* ]] && return 0
  __matriz_keys+="$1 "
  if eval "(( \${+$1} ))"; then
    __matriz_was[$1]="${(P)1}"
    if [[ -n ${2-} ]]; then __matriz_env[$1]=x; fi
  fi
}
function __matriz_put { emulate -L zsh; __matriz_hold "$1" "${3-}"; export "$1=$2"; }
function __matriz_drop { emulate -L zsh; __matriz_hold "$1" "${2-}"; unset "$1"; }
function __matriz_reset {
  emulate -L zsh
  local __matriz_k
  for __matriz_k in ${=__matriz_keys}; do
    unset "$__matriz_k"
    if (( ${+__matriz_was[$__matriz_k]} )); then
      typeset -g "$__matriz_k=${__matriz_was[$__matriz_k]}"
      if (( ${+__matriz_env[$__matriz_k]} )); then typeset -gx "$__matriz_k"; fi
    fi
  done
}
function __matriz_leave {
  emulate -L zsh
  __matriz_reset
  __matriz_was=() __matriz_env=() __matriz_keys=' '
}
function __matriz_follow {
  local __matriz_status=$?
  emulate -L zsh
  local __matriz_code
  if [[ -x $__matriz_program ]]; then
    __matriz_code="$("$__matriz_program" follow zsh "$__matriz_seen")" || __matriz_code=''
    if [[ -n $__matriz_code ]]; then eval "$__matriz_code"; fi
  fi
  return $__matriz_status
}
function matriz {
  local __matriz_status=0
  "$__matriz_program" "$@" || __matriz_status=$?
  __matriz_follow
  return $__matriz_status
}
typeset -ga precmd_functions
if (( ! ${precmd_functions[(Ie)__matriz_follow]} )); then
  precmd_functions+=(__matriz_follow)
fi
__matriz_follow
