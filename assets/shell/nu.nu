@HOOK@
$env.MATRIZ_MARK = (if (($env.NO_COLOR? | default '') != '' or ($env.TERM? | default '') == 'dumb') { @PLAIN@ } else { @COLORED@ })
$env.MATRIZ_PROMPT = ($env.PROMPT_COMMAND? | default {|| '' })
$env.PROMPT_COMMAND = {||
    let before = $env.MATRIZ_PROMPT
    let text = (if ($before | describe) == 'closure' { do $before } else { $before })
    $"($env.MATRIZ_MARK)($text)"
}
__matriz_follow
^rm -rf @FOLDER@
