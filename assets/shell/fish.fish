@HOOK@
# The prompt says where one is, before whatever it says else.
if test -n "$NO_COLOR" -o "$TERM" = dumb
    set -g __matriz_mark @PLAIN@
else
    set -g __matriz_mark @COLORED@
end
functions -q fish_prompt; and functions -c fish_prompt __matriz_prompt
function fish_prompt
    set -l __matriz_status $status
    printf %s $__matriz_mark
    functions -q __matriz_prompt; or return 0
    # the person's own prompt shows the last status, too
    function __matriz_again; return $argv[1]; end
    __matriz_again $__matriz_status
    __matriz_prompt
end
command rm -rf -- @FOLDER@
