# Matriz in nu: this terminal follows "matriz use NAME".
$env.MATRIZ_STATE = {seen: '', keys: [], was: {}}

# The environment as it was before anything was loaded.
def --env __matriz_reset [] {
    let state = $env.MATRIZ_STATE
    for key in $state.keys { hide-env --ignore-errors $key }
    load-env $state.was
}

def --env __matriz_follow [] {
    let said = (^@PROGRAM@ follow nu $env.MATRIZ_STATE.seen)
    if ($said | is-empty) { return }
    let change = ($said | from json)
    load-env ($change.export? | default {})
    if ($change.leave? | default false) {
        __matriz_reset
        for key in $change.gone { hide-env --ignore-errors $key }
        $env.MATRIZ_STATE.keys = []
        $env.MATRIZ_STATE.was = {}
    }
    if ($change.put? != null) {
        __matriz_reset
        let keys = (($change.put | columns) ++ $change.drop)
        let held = $env.MATRIZ_STATE.keys
        for key in ($keys | where $it not-in $held) {
            if $key in ($env | columns) {
                let before = ($env | get $key)
                $env.MATRIZ_STATE.was = ($env.MATRIZ_STATE.was | upsert $key $before)
            }
            $env.MATRIZ_STATE.keys = ($env.MATRIZ_STATE.keys | append $key)
        }
        for key in $change.drop { hide-env --ignore-errors $key }
        load-env $change.put
    }
    if ($change.seen? != null) { $env.MATRIZ_STATE.seen = $change.seen }
}

def --env --wrapped matriz [...words] {
    ^@PROGRAM@ ...$words
    __matriz_follow
}

$env.config.hooks.pre_prompt = ($env.config.hooks.pre_prompt? | default [] | append {|| __matriz_follow })
