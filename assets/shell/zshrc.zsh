if (( ${+MATRIZ_ZDOTDIR} )); then export ZDOTDIR=$MATRIZ_ZDOTDIR; else unset ZDOTDIR; fi
unset MATRIZ_ZDOTDIR
# what the system's files made of the folder that was in force
if [[ ${HISTFILE-} == $__matriz_folder/* ]]; then HISTFILE=${ZDOTDIR:-$HOME}/${HISTFILE:t}; fi
if [[ -r ${ZDOTDIR:-$HOME}/.zshrc ]]; then . "${ZDOTDIR:-$HOME}/.zshrc"; fi
@HOOK@
# The prompt says where one is; whatever sets PS1 at each prompt, this comes after it.
if [[ -n ${NO_COLOR-} || ${TERM-} == dumb ]]; then
  typeset -g __matriz_mark=@PLAIN@
else
  typeset -g __matriz_mark=@COLORED@
fi
function __matriz_prompt {
  local __matriz_status=$?
  [[ $PS1 == "$__matriz_mark"* ]] || PS1=$__matriz_mark$PS1
  return $__matriz_status
}
precmd_functions+=(__matriz_prompt)
command rm -rf -- @FOLDER@
