# Matriz in bash: this terminal follows "matriz use NAME".
__matriz_program=@PROGRAM@
__matriz_seen=''
# every key that was touched since nothing was loaded
__matriz_keys=' '
[[ ${MATRIZ_LOADED-} == *' '* ]] && __matriz_keys=" ${MATRIZ_LOADED#* } "

# What the terminal had under a name is remembered once, and whether programs saw it.
__matriz_hold() {
  [[ $__matriz_keys == *" $1 "* ]] && return 0
  __matriz_keys+="$1 "
  if [[ -n ${!1+x} ]]; then
    printf -v "__matriz_was_$1" %s "${!1}"
    if [[ -n ${2-} ]]; then printf -v "__matriz_env_$1" x; fi
  fi
}
__matriz_put() { __matriz_hold "$1" "${3-}"; export "$1=$2"; }
__matriz_drop() { __matriz_hold "$1" "${2-}"; unset -v "$1"; }
__matriz_reset() {
  local IFS=' ' __matriz_k __matriz_w __matriz_e
  for __matriz_k in $__matriz_keys; do
    __matriz_w=__matriz_was_$__matriz_k __matriz_e=__matriz_env_$__matriz_k
    unset -v "$__matriz_k"
    if [[ -n ${!__matriz_w+x} ]]; then
      printf -v "$__matriz_k" %s "${!__matriz_w}"
      if [[ -n ${!__matriz_e+x} ]]; then export "${__matriz_k?}"; fi
    fi
  done
}
__matriz_leave() {
  local IFS=' ' __matriz_k
  __matriz_reset
  for __matriz_k in $__matriz_keys; do
    unset -v "__matriz_was_$__matriz_k" "__matriz_env_$__matriz_k"
  done
  __matriz_keys=' '
}
__matriz_follow() {
  local __matriz_status=$? __matriz_code
  if [[ -x $__matriz_program ]]; then
    __matriz_code=$("$__matriz_program" follow bash "$__matriz_seen") || __matriz_code=''
    if [[ -n $__matriz_code ]]; then eval "$__matriz_code"; fi
  fi
  return "$__matriz_status"
}
function matriz {
  local __matriz_status=0
  "$__matriz_program" "$@" || __matriz_status=$?
  __matriz_follow
  return "$__matriz_status"
}
if [[ "${PROMPT_COMMAND[*]-}" != *__matriz_follow* ]]; then
  if [[ "$(declare -p PROMPT_COMMAND 2>/dev/null)" == 'declare -a'* ]]; then
    PROMPT_COMMAND+=(__matriz_follow)
  else
    PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__matriz_follow"
  fi
fi
__matriz_follow
