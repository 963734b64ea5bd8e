"""What the labels of code blocks mean, and how shells and what programs print betray themselves."""

from __future__ import annotations

import re
from typing import Final

from notesite.lib.patterns import lazy


def is_yaml_label(label: str) -> bool:
    """Whether a label names YAML, or a file of it."""
    return label in YAML_LABELS or label.endswith((".yaml", ".yml"))


def words(text: str) -> frozenset[str]:
    """A table of words, written as a paragraph."""
    return frozenset(text.split())


YAML_LABELS: Final = frozenset({"yaml", "yml", "yaml+jinja", "k8s", "kubernetes", "manifest", "eyaml", "kube"})
SHELL_LABELS: Final = words(
    "bash sh shell zsh fish ksh dash ash cmd bat batch dos powershell ps ps1 pwsh posh terminal term console "
    "shell-session shellsession sh-session bash-session bashsession session commandline command cli prompt "
    "kubectl"
)
CONSOLE_LABELS: Final = words("console shell-session shellsession sh-session bash-session bashsession")
# A label that names a real language is trusted: nobody writes `python` above YAML.
TRUSTED_LABELS: Final = words(
    "abap ada apache apacheconf applescript asciidoc asm assembly awk c c# c++ caddy caddyfile clj clojure cmake "
    "cobol coffee coffeescript cpp crystal cs csharp css csv cue d dart diff docker dockerfile dot elisp elixir elm "
    "erlang ex exs f# fortran fsharp gherkin git gitignore glsl go go-template gohtml golang gotemplate gotmpl gql "
    "gradle graphql graphviz groovy haml handlebars haskell haxe hbs hcl hjson hs html html+jinja htmldjango http "
    "hurl ini java javascript jinja jinja2 jq js json json5 jsonc jsonl jsonnet jsonpath jsp jsx julia kotlin kt "
    "latex less libsonnet liquid lisp lua make makefile markdown matlab md mdx mermaid mustache nginx nim nix "
    "objc objective-c objectivec ocaml octave pascal patch perl php pl plantuml plsql prolog promql properties proto "
    "protobuf pseudocode puppet py py3 pycon pyi python python3 r racket raku rb rbs re reason rego regex rs rst ruby "
    "rust sas sass scala scheme scss smarty sol solidity sql ssh-config starlark svelte svg swift systemd tcl tex "
    "textproto tf terraform thrift toml ts tsx twig typescript v vala vb verilog vhdl vim viml vue wasm wat wgsl xml "
    "xquery xsd xslt zig"
)

_COMMANDS: Final = words(
    "alias ansible ansible-playbook apk apt apt-get argocd awk aws az bash base64 brew cargo cat cd chmod chown cilium "
    "clear cmctl code conda cp crictl ctr curl cut date dd deno df dig dnf docker docker-compose doctl dpkg du echo "
    "eksctl env eval etcdctl exec exit export falcoctl find flux free gcloud gem getent gh git go gpg gradle "
    "grep gunzip gzip head helm helmfile hey history host hostname hostnamectl id ifconfig ip iptables istioctl "
    "java journalctl jq k k3d k3s k9s kill kind kops krew ktunnel kubeadm kubectl kubectl.exe kubectx kubelet kubens "
    "kubeseal kubescape kustomize lazydocker less linkerd ln ls lsof make man mc microk8s minikube mkdir modprobe more "
    "mount multipass mv mvn mysql nano nc ncat nerdctl netstat nginx node npm npx nslookup oc openssl pack passwd ping "
    "pip pip3 pkill pnpm podman popd printenv printf ps psql pushd pwd pulumi python python3 rancher read redis-cli "
    "rm rmdir rsync ruby scp sed seq service set sh shutdown skaffold sleep snap sort source ss ssh ssh-keygen stern "
    "su sudo swapoff sysctl systemctl tail tar tee telepresence telnet terraform time timedatectl tmux top touch "
    "tr traceroute trap trivy ufw umount uname unset unzip update-alternatives useradd usermod uv vagrant vault "
    "velero vi vim wait watch wc wget which whoami winget choco scoop wsl xargs yarn yq yum zip zsh "
    "get-command invoke-webrequest new-item set-location $env"
)
_WORD: Final = lazy(r"^(?:sudo\s+|time\s+|watch\s+)*([\w./$~-]+)(?=\s|$|;)")
_ASSIGNMENT: Final = lazy(r"^(?:export\s+)?[A-Za-z_]\w*=(?:\S|$)")
_OPTIONS: Final = lazy(r"^[./~\w-]+(?:\s+[^\s:]+)*\s+--?[A-Za-z][\w-]*(?:[\s=]|$)")
_CONTROL: Final = lazy(
    r"^(?:if \[|for \w+ in [^\n]*[^:\s]$|while [^\n]*[^:\s]$|until [^\n]*[^:\s]$|case \S+ in|done\b|fi$|esac\b|then$|do$|else$|\}|\w+\s*\(\)\s*\{)"
)
PROMPT: Final = lazy(
    r"^\s*(?:\$ +(?=\S)|(?:\([\w.-]+\) )?[\w.-]+@[\w.-]+:?[^\s$#]*\s?[$#] *|PS [A-Z]:\\[^>]*> *|[A-Z]:\\[^>]*> *|[❯➜»] +|"
    r"(?:controlplane|master|node\d*|minikube|worker\d*) ?[$#] +|:?(?:/|~)[\w/.-]* ?[$#] +|% +(?=[a-z])|"
    r"\[[^\]\n\"',{}]{1,60}\][^\s$#>\w]{0,6} *[$#>] *|[\w.-]+:\S* [\w.-]+\$ +)"
)
_ROOT_PROMPT: Final = lazy(r"^# (?=\S)")
_WINDOWS_PROMPT: Final = lazy(r"^> (?=\S)")


def is_command(line: str) -> bool:
    """Whether a line, without its prompt, reads like a shell command."""
    text = line.strip()
    word = _WORD.match(text)
    if word and _is_known(word[1]) and not re.match(r"\s*:(\s|$)", text[word.end() :]):
        return True
    return bool(_ASSIGNMENT.match(text) or _CONTROL.match(text) or (_OPTIONS.match(text) and ": " not in text))


def _is_known(word: str) -> bool:
    return word.lower() in _COMMANDS or word.startswith(("./", "$(", "~/", "/usr/", "/bin/", "/opt/"))


def is_known_command(line: str) -> bool:
    """Whether a line begins with the name of a common program and goes on like a command."""
    word = _WORD.match(line.strip())
    return bool(word) and _is_known(word[1] if word else "")


# Programs whose names are also words of a sentence.
_ENGLISH: Final = words(
    "make kind watch find sort head tail cut top host service read history free more less wait time touch open source "
    "who id date clear code go node ping split join sleep stern flux pack mount kill exec exit alias set trap k oc ip"
)


def may_be_prose(line: str) -> bool:
    """Whether a line that begins with a program's name may be a sentence all the same."""
    return line.split(maxsplit=1)[0].lower() in _ENGLISH


def prompted(line: str) -> str | None:
    """The command after a shell prompt, None when the line has no prompt."""
    match = PROMPT.match(line)
    if match:
        return line[match.end() :]
    for pattern in (_ROOT_PROMPT, _WINDOWS_PROMPT):
        match = pattern.match(line)
        if match and is_known_command(line[match.end() :]):
            return line[match.end() :]
    return None


# ---- What programs print.

_TABLE_HEAD: Final = lazy(
    r"^[A-Z][A-Z0-9()/_%-]*(?:(?: {2,}|\t+| )[A-Z][A-Z0-9()/_%-]*)+\s*$|^(?:NAME|CURRENT|NAMESPACE|TYPE)\s*$"
)
_DESCRIBED: Final = lazy(r"^ *[A-Z][\w /()-]*: {2,}\S|^[A-Z][\w ]*:\s*$")
_LOG: Final = lazy(
    r"^(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|[IWEF]\d{4} \d\d:\d\d|\[?(?:INFO|WARN(?:ING)?|ERROR|DEBUG|FATAL|TRACE)\]?[ :]"
    r"|(?:time|level|ts)=|\w{3} +\d{1,2} \d\d:\d\d:\d\d|\[[a-z-]+(?:/[a-z-]+)?\] |\* [A-Za-z]|[✓✔✗✘✅❌☸🏄👍🌟] ?\S)"
)
_COMPLAINTS: Final = (
    "Error from server", "Unable to ", "The connection to ", "command terminated", "Traceback", "npm ERR!", "Usage:",
    "Note:", "curl:", "Error:", "error:", "ERROR:", "Warning:", "warning:", "fatal:", "panic:", "bash:", "E:", "W:",
)  # fmt: skip
_COMPLAINT: Final = lazy(r"^[\w/.-]+: (?:line \d+: )?\S+: ")
_DONE: Final = (
    "created", "configured", "unchanged", "deleted", "exposed", "scaled", "patched", "labeled", "annotated", "edited",
    "replaced", "successfully rolled out", "rolled back", "cordoned", "drained", "evicted",
)  # fmt: skip
_RESULT: Final = lazy(
    r"^[\w.-]+/[\w.-]+ (?:created|configured|unchanged|deleted|exposed|scaled|patched|labeled|annotated|edited|replaced)"
    r"|^[\w.-]+(?: \"[^\"]+\")? (?:created|deleted|successfully rolled out|rolled back|cordoned|drained|evicted)"
)
_TREE: Final = lazy(r"[├└│┌┐┘─┬┴╭╰═║╔╗+]\s?[─\-–═]|^\+[-=+]+\+$")


_ENTRY: Final = lazy(r"\s*(?:- +)*[\w./-]+:(?:\s|$)")


def looks_printed(lines: list[str]) -> bool:
    """Whether the lines (none of them blank) are what a program prints: a table, a description, logs, a tree."""
    if not lines:
        return False
    if _TABLE_HEAD.match(lines[0].strip()) and (len(lines) > 1 or "  " in lines[0].strip()):
        return True
    described = sum(bool(_DESCRIBED.match(line)) for line in lines)
    wide = sum(bool(re.match(r"^ *[A-Z][\w /()-]*: {2,}\S", line)) for line in lines)
    if wide >= 3 or (wide and described >= 0.6 * len(lines)):
        return True
    logged = sum(_is_logged(line.lstrip()) or _is_message(line.lstrip()) for line in lines)
    drawn = sum(bool((not line.isascii() or "+" in line) and _TREE.search(line)) for line in lines)
    columns = sum(len(re.findall(r"\S {2,}(?=\S)", line)) > 1 and not _ENTRY.match(line) for line in lines)
    return logged >= 0.5 * len(lines) or (len(lines) > 1 and columns >= 0.6 * len(lines)) or drawn >= 0.3 * len(lines)


# A plain test before each pattern: YAML without a label is asked all of this, and needs none of the patterns.


def _is_logged(line: str) -> bool:
    plain = line[:1] == "-" or (
        line[:1].islower() and line[3:4] != " " and not line.startswith(("time=", "level=", "ts="))
    )
    return not plain and _LOG.match(line) is not None


def _is_message(line: str) -> bool:
    if line.startswith(_COMPLAINTS) or (line.count(": ") > 1 and _COMPLAINT.match(line)):
        return True
    return any(word in line for word in _DONE) and _RESULT.match(line) is not None
