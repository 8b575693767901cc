if [ -n "${MATRIZ_ENV-}" ] && [ -r "$MATRIZ_ENV" ]; then . "$MATRIZ_ENV"; fi
unset MATRIZ_ENV ENV
eval "$(@PROGRAM@ follow sh '')"
PS1=@PLAIN@'$ '
command rm -rf -- @FOLDER@
