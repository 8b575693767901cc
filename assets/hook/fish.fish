# Matriz in fish: this terminal follows "matriz use NAME".
set -g __matriz_program @PROGRAM@
set -g __matriz_seen ''
# every key that was touched since nothing was loaded
set -g __matriz_keys
if set -q MATRIZ_LOADED
    set -l words (string split -n ' ' -- "$MATRIZ_LOADED")
    set -e words[1]
    set -g __matriz_keys $words
end

# What the terminal had under a name is remembered once, and whether programs saw it.
function __matriz_hold
    contains -- $argv[1] $__matriz_keys; and return 0
    set -ga __matriz_keys $argv[1]
    if set -qg $argv[1]
        set -g __matriz_was_$argv[1] $$argv[1]
        if test "$argv[2]" = x
            set -g __matriz_env_$argv[1] x
        end
    end
end
# An empty one of our own hides a universal variable, which would show otherwise.
function __matriz_gone
    set -ge $argv[1]
    set -q $argv[1]; and set -gu $argv[1]
end
function __matriz_put
    __matriz_hold $argv[1] $argv[3]
    set -gx $argv[1] $argv[2]
end
function __matriz_drop
    __matriz_hold $argv[1] $argv[2]
    __matriz_gone $argv[1]
end
function __matriz_reset
    for __matriz_k in $__matriz_keys
        set -ge $__matriz_k
        set -l __matriz_w __matriz_was_$__matriz_k
        if set -q $__matriz_w
            if set -q __matriz_env_$__matriz_k
                set -gx $__matriz_k $$__matriz_w
            else
                set -gu $__matriz_k $$__matriz_w
            end
        end
    end
end
function __matriz_leave
    __matriz_reset
    for __matriz_k in $__matriz_keys
        set -ge __matriz_was_$__matriz_k
        set -ge __matriz_env_$__matriz_k
    end
    set -g __matriz_keys
end
function __matriz_follow --on-event fish_prompt
    set -l __matriz_status $status
    if test -x $__matriz_program
        $__matriz_program follow fish "$__matriz_seen" | source
    end
    return $__matriz_status
end
function matriz
    $__matriz_program $argv
    set -l __matriz_status $status
    __matriz_follow
    return $__matriz_status
end
__matriz_follow
