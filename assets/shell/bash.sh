if [[ -r ~/.bashrc ]]; then . ~/.bashrc; fi
@HOOK@
# The prompt says where one is; whatever sets PS1 at each prompt, this comes after it.
if [[ -n ${NO_COLOR-} || ${TERM-} == dumb ]]; then
  __matriz_mark=@PLAIN@
else
  __matriz_mark=@COLORED@
fi
__matriz_prompt() {
  local __matriz_status=$?
  [[ $PS1 == "$__matriz_mark"* ]] || PS1=$__matriz_mark$PS1
  return "$__matriz_status"
}
if [[ "$(declare -p PROMPT_COMMAND 2>/dev/null)" == 'declare -a'* ]]; then
  PROMPT_COMMAND+=(__matriz_prompt)
else
  PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__matriz_prompt"
fi
command rm -rf -- @FOLDER@
