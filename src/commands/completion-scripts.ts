/**
 * A script for each shell. It asks `vpclab complete word=<what is typed of the word> <the words before it>` at each Tab.
 * What stands on the command line is passed on as it is and never evaluated: a Tab must not run `$(…)`.
 */

export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof SHELLS)[number];

/** For bash 3.2 (macOS) as well, and without the package bash-completion. */
const BASH = `# bash completion of vpclab
_vpclab() {
  local line value current=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = ":files" ]; then
      local IFS=$'\\n'
      COMPREPLY=($(compgen -f -- "\${current#=}"))
      compopt -o filenames 2>/dev/null
      return
    fi
    value=\${line%%$'\\t'*}
    # From version 4 on, bash completes what follows the = alone.
    case $current in --*) ;; *) value=\${value#--*=} ;; esac
    COMPREPLY+=("$value")
  done < <(vpclab complete "word=$current" "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
}
complete -F _vpclab vpclab
`;

const ZSH = `#compdef vpclab
_vpclab() {
  local line
  local -a candidates
  for line in "\${(@f)$(vpclab complete "word=$PREFIX" "\${(@Q)words[2,CURRENT-1]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
      compset -P '--*='
      _files
      return
    fi
    [[ -n $line ]] && candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe 'vpclab' candidates
}
# As a file of $fpath it is the function itself; read by eval, it says whose completion it is.
if [[ $funcstack[1] == _vpclab ]]; then _vpclab "$@"; else compdef _vpclab vpclab; fi
`;

const FISH = `# fish completion of vpclab
function __vpclab_complete
    set -l current (commandline -ct)
    set -l before (commandline -opc)
    set -e before[1]
    set -l lines (vpclab complete word="$current" $before 2>/dev/null)
    if test "$lines" = ":files"
        set -l flag (string match -r -- '^--[^=]*=' "$current")
        for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current"))
            echo "$flag$path"
        end
    else
        printf '%s\\n' $lines
    end
end
complete -c vpclab -e
complete -c vpclab -f -a '(__vpclab_complete)'
`;

const POWERSHELL = `# PowerShell completion of vpclab
Register-ArgumentCompleter -Native -CommandName vpclab -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        Select-Object -Skip 1 |
        ForEach-Object { if ($_.Value -is [string]) { $_.Value } else { $_.Extent.Text } })
    # Where this gives nothing, PowerShell offers files.
    vpclab complete "word=$wordToComplete" @before 2>$null |
        Where-Object { $_ -ne ':files' } |
        ForEach-Object {
            $value, $description = $_ -split "\`t", 2
            if (-not $description) { $description = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
        }
}
`;

export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
};
