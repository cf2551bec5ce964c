import type { Command } from 'commander'
import { example, print } from './output'
import { among } from './parameter'

/**
 * Each hands the words up to the cursor to `isolink complete`, which answers a candidate and what it is on each line,
 * or `:file` where a file's name is wanted. None of them evaluates what is typed.
 */
const scripts: { readonly [shell: string]: string } = {
  bash: `_isolink() {
  local candidate found
  found=$("$1" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return
  [[ $found == :file ]] && { compopt -o default; return; }
  while IFS=$'\\t' read -r candidate _; do
    [[ $candidate ]] && printf -v 'COMPREPLY[\${#COMPREPLY[@]}]' %q "$candidate"
  done <<<"$found"
}
complete -F _isolink isolink`,
  zsh: `#compdef isolink
_isolink() {
  local line
  local -a found described
  found=("\${(@f)$("$words[1]" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ $found[1] == :file ]] && { _files; return }
  for line in $found; do
    described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe isolink described
}
compdef _isolink isolink`,
  fish: `function __isolink_candidates
  set -l words (commandline -opc) (commandline -ct)
  set -l found ($words[1] complete -- $words[2..] 2>/dev/null)
  if test "$found" = :file
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete -c isolink -f -a '(__isolink_candidates)'`
}

export const completion = (command: Command): Command =>
  command
    .description(
      'Prints a script for a shell, which then completes commands, options, and the names of isolations and namespaces.'
    )
    .addArgument(among(command.createArgument('<shell>', 'which shell'), Object.keys(scripts)))
    .addHelpText(
      'after',
      [
        '',
        'To have it always:',
        "  echo 'source <(isolink completion bash)' >> ~/.bashrc",
        "  echo 'source <(isolink completion zsh)' >> ~/.zshrc",
        '  isolink completion fish > ~/.config/fish/completions/isolink.fish'
      ].join('\n')
    )
    .addHelpText('after', example('isolink completion bash'))
    .action((shell: string) => print(scripts[shell] ?? ''))
