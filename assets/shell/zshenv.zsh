# zsh reads its files from ZDOTDIR, which is this folder until the last of them is read.
typeset -g __matriz_folder=$ZDOTDIR
if (( ${+MATRIZ_ZDOTDIR} )); then ZDOTDIR=$MATRIZ_ZDOTDIR; else unset ZDOTDIR; fi
if [[ -r ${ZDOTDIR:-$HOME}/.zshenv ]]; then . "${ZDOTDIR:-$HOME}/.zshenv"; fi
if (( ${+ZDOTDIR} )); then export MATRIZ_ZDOTDIR=$ZDOTDIR; else unset MATRIZ_ZDOTDIR; fi
ZDOTDIR=$__matriz_folder
