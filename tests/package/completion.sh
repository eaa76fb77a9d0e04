#!/usr/bin/env bash
# What bash and zsh offer for a command line that has been begun, each asked as it asks when somebody
# presses the tabulator key.
# shellcheck source-path=SCRIPTDIR source=../support/check.sh disable=SC2119,SC2016
source "${BASH_SOURCE[0]%/*}/../support/check.sh"

folder=$_support/../../scripts/completion
programs=$TMPDIR/programs
mkdir "$programs"
for name in xvlan xvlan-vif network-xvlan vif-xvlan; do
  ln -s "$(realpath "$XVLAN")" "$programs/$name"
done
export PATH=$programs:$PATH

# What each shell offers, one a line, sorted. bash has what is behind the last '=' for a word.
bash_offers() {  # LINE
  bash --norc -c '
    source "$1"
    [[ $(complete -p "${2%% *}") =~ -F\ ([a-z_]+)\  ]]
    COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDS=(${2//=/ = }) COMP_CWORD=${#COMP_WORDS[@]}
    "${BASH_REMATCH[1]}" "${2%% *}" "${2##*[ =]}" ""
    [[ ${#COMPREPLY[@]} -eq 0 ]] || printf "%s\n" "${COMPREPLY[@]}"' bash "$folder/xvlan" "$1" | sort
}

# A shell of its own on a terminal: a key writes down what is offered, and ends it.
zsh_offers() {  # LINE
  : >"$TMPDIR/offered"
  cat >"$TMPDIR/.zshrc" <<'ZSHRC'
fpath=($folder $fpath)
autoload -Uz compinit
compinit -u -d $TMPDIR/compdump
compadd() {
  local -a offered
  if [[ " $* " != *' -'[a-zA-Z]#[OAD]' '* ]]; then
    builtin compadd -O offered "$@"
    (( ! $#offered )) || print -rl -- $offered >>$TMPDIR/offered
  fi
  builtin compadd "$@"
}
ask() {
  BUFFER=$line CURSOR=$#line
  zle complete-word
  exit
}
setopt extendedglob
zle -N ask
bindkey -e '^A' ask
ZSHRC
  folder=$folder line=$1 ZDOTDIR=$TMPDIR TERM=dumb zsh -f -c '
    zmodload zsh/zpty
    zpty asked "zsh -o noglobalrcs -i"
    zpty -w -n asked $'\''\x01'\''
    while zpty -r asked output; do :; done' >"$TMPDIR/ignored" 2>&1
  sort -u "$TMPDIR/offered"
}

expect_offers() {  # LINE WORD...
  local line=$1
  shift
  expect_equal "bash: $line"$'\n'"$(bash_offers "$line")" \
    "bash: $line"$'\n'"$(printf '%s\n' "$@" | sort)"
  expect_equal "zsh: $line"$'\n'"$(zsh_offers "$line")" \
    "zsh: $line"$'\n'"$(printf '%s\n' "$@" | sort)"
}

fresh_host
ip -batch - <<'BATCH'
link add br4 type bridge
link add vif3.0 type veth peer name guest3.0
link add web type veth peer name guest5.0
link set web alias vif5.0
link add vif3.0-emu type dummy
BATCH

scenario "a word that has been begun is ended"
expect_offers "xvlan " network vif --help --version
expect_offers "xvlan n" network
expect_offers "xvlan network sta" start status
expect_offers "network-xvlan sto" stop
expect_offers "xvlan-vif onl" online
expect_offers "vif-xvlan rem" remove
expect_offers "xvlan network start vlan-a" vlan-aware=
expect_offers "xvlan network start --vlan-a" --vlan-aware=
expect_offers "xvlan network start netdev=eth1 dry" dry-run

scenario "what is there already, and what another command has, is not offered again"
expect_offers "xvlan network stop forc" force=
expect_offers "xvlan network start forc" ""
expect_offers "xvlan network start mtu=1500 mt" ""
expect_offers "xvlan network status js" json
expect_offers "xvlan network stop js" ""

scenario "values are those that the option can have on this host"
expect_offers "xvlan network start vlan-aware=" yes no
expect_offers "xvlan network start netdev=" eth0 eth1 guest3.0 guest5.0 web
expect_offers "xvlan network start netdev=eth1" eth1
expect_offers "xvlan-vif online vif3.0 bridge=" br4
expect_offers "xvlan-vif online vif3.0 type_if=" vif tap
touch "$TMPDIR/a.conf"
expect_contains "$(bash_offers "xvlan network start config=$TMPDIR/a.c")" "$TMPDIR/a.conf"
expect_contains "$(zsh_offers "xvlan network start config=$TMPDIR/a.c")" "a.conf"

scenario "vifs go by the names that Xen gave them, taps to the events of taps"
expect_offers "xvlan-vif online v" vif3.0 vif5.0 vlan=
expect_offers "xvlan vif add v" vif3.0-emu vlan=
expect_offers "xvlan vif status vif" vif3.0 vif3.0-emu vif5.0
expect_offers "xvlan vif move vif3.0 v" vlan=

scenario "a link's name is never run as a command"
ip link add '$(reboot)' type dummy
expect_equal "$(bash_offers "xvlan network start netdev=$")" '\$\(reboot\)'
ip link set '$(reboot)' name '$(>touched)'
cd "$TMPDIR"
expect_contains "$(bash_offers "xvlan network start netdev=$")" touched
expect_contains "$(zsh_offers "xvlan network start netdev=")" touched
expect_not "it to run" test -e touched
ip link delete '$(>touched)'

scenario "all commands and options of the help are offered, and each is one of its command"
xvlan --help >"$TMPDIR/help"
: >"$TMPDIR/all"
for command in network vif; do
  mapfile -t verbs < <(grep -oP " xvlan $command \\K[a-z|]+" "$TMPDIR/help" | tr '|' '\n')
  expect_offers "xvlan $command " "${verbs[@]}"
  for verb in "${verbs[@]}"; do
    bash_offers "xvlan $command $verb " | grep -vE '^vif[0-9]' >"$TMPDIR/words"
    while IFS= read -r word; do
      "$XVLAN" "$command" "$verb" "$word" 2>"$TMPDIR/refused" >"$TMPDIR/ignored" </dev/null || true
      expect_equal "$command $verb: $(grep -E 'no such option|only .* takes it' "$TMPDIR/refused" || true)" \
        "$command $verb: "
    done <"$TMPDIR/words"
    cat "$TMPDIR/words" >>"$TMPDIR/all"
  done
done
expect_equal "$(sort -u "$TMPDIR/all")" "$(sed -nE '/^options of/,/^exit/ s/^  ([a-z].*)/\1/p' "$TMPDIR/help" |
  sed 's/  .*//; s/, /\n/g' | sed 's/=.*/=/' | sort -u)"
expect_equal "$(zsh_offers "xvlan network status ")" "$(bash_offers "xvlan network status ")"
