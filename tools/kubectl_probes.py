"""What the vendor script tries on kubectl: flags that make a command whole, values, flags of former days."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from notesite.snippets.shell.grammar.program import NAMES, REST

# What a command needs before its arguments are looked at: groups of alternatives, the first one is used for probes.
# The vendor run finds out which groups are required; a command that is not listed needs none.
BASE: Mapping[str, Sequence[Sequence[str]]] = {
    "autoscale": [["--max=3", "--filename=-"]],
    "create clusterrole": [
        ["--verb=get", "--aggregation-rule=a=b"],
        ["--resource=pods", "--non-resource-url=/x", "--aggregation-rule=a=b"],
    ],
    "create clusterrolebinding": [["--clusterrole=x"], ["--user=u"]],
    "create cronjob": [["--image=nginx"], ["--schedule=* * * * *"]],
    "create deployment": [["--image=nginx"]],
    "create ingress": [["--rule=foo.com/=svc:80", "--default-backend=svc:80"]],
    "create job": [["--image=nginx", "--from=cronjob/alpha"]],
    "create poddisruptionbudget": [["--selector=a=b"], ["--min-available=1", "--max-unavailable=1"]],
    "create priorityclass": [["--value=1"]],
    "create quota": [["--hard=cpu=1"]],
    "create role": [["--verb=get"], ["--resource=pods"]],
    "create rolebinding": [["--clusterrole=x", "--role=x"], ["--user=u"]],
    "create secret docker-registry": [
        ["--docker-username=u", "--from-file=/dev/null"],
        ["--docker-password=p", "--from-file=/dev/null"],
        ["--docker-email=e"],
    ],
    "create secret tls": [["--cert=c"], ["--key=k"]],
    "create service clusterip": [["--tcp=80", "--clusterip=None"]],
    "create service externalname": [["--external-name=a.b"]],
    "create service loadbalancer": [["--tcp=80"]],
    "create service nodeport": [["--tcp=80"]],
    "debug": [["--image=busybox", "--copy-to=x"]],
    "expose": [["--port=80"]],
    "kuberc set": [["--section=defaults"], ["--command=get"], ["--option=output=wide"]],
    "patch": [["--patch={}", "--patch-file=/dev/null"]],
    "proxy": [["--port=0"]],
    "rollout status": [["--watch=false"]],
    "run": [["--image=nginx"]],
    "scale": [["--replicas=1"]],
    "set resources": [["--limits=cpu=1", "--requests=cpu=1"]],
    "set subject": [["--user=u", "--group=g", "--serviceaccount=n:s"]],
    "wait": [["--for=delete"]],
}
# Values to try for a flag that refuses a made-up one, on top of those that its help text names.
CANDIDATES: Mapping[str, Sequence[str]] = {
    "output": [
        "json",
        "yaml",
        "kyaml",
        "name",
        "wide",
        "go-template={{.}}",
        "go-template-file=x",
        "template={{.}}",
        "templatefile=x",
        "jsonpath={.kind}",
        "jsonpath-as-json={.kind}",
        "jsonpath-file=x",
        "custom-columns=A:.kind",
        "custom-columns-file=x",
        "plaintext",
        "plaintext-openapiv2",
        "short",
    ],
    "dry-run": ["none", "client", "server"],
    "validate": ["strict", "warn", "ignore", "true", "false"],
    "cascade": ["background", "foreground", "orphan", "true", "false"],
    "type": ["json", "merge", "strategic", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName"],
    "restart": ["Always", "OnFailure", "Never"],
    "image-pull-policy": ["Always", "IfNotPresent", "Never"],
    "sort-by": ["cpu", "memory", "name", "kind"],
    "protocol": ["TCP", "UDP", "SCTP"],
    "subresource": ["status", "scale", "resize"],
    "profile": [
        "general",
        "baseline",
        "netadmin",
        "restricted",
        "sysadmin",
        "legacy",
        "none",
        "cpu",
        "heap",
        "goroutine",
        "threadcreate",
        "block",
        "mutex",
        "trace",
    ],
    "log-flush-frequency": [],
    "verb": ["get"],
    "session-affinity": ["None", "ClientIP"],
    "types": ["Normal", "Warning"],
}
# Refusals that are about the words of a probe or the stub's objects, not about how many words there are.
NOT_THE_SHAPE = re.compile(
    r"is only supported for|not paused|[Ee]dit cancelled|last-applied-configuration|failed to create token"
    r"|unable to parse|Unsupported shell|no objects found"
)
# Flags of former days that no help text shows, but old notes use.  Whether a version still takes them is tried out.
FORMER: Mapping[str, Sequence[str]] = {
    "annotate": ["record"],
    "apply": ["record", "prune-whitelist", "grace-period", "experimental-server-side"],
    "autoscale": ["record", "cpu-percent", "generator"],
    "create": ["record"],
    "create deployment": ["record", "generator", "save-config"],
    "create configmap": ["generator"],
    "delete": ["include-uninitialized", "delete-local-data"],
    "drain": ["delete-local-data"],
    "edit": ["record"],
    "expose": ["record", "generator", "create-external-load-balancer"],
    "get": ["export", "show-all", "include-uninitialized", "use-openapi-print-columns"],
    "label": ["record"],
    "patch": ["record"],
    "replace": ["record"],
    "run": [
        "generator",
        "replicas",
        "limits",
        "requests",
        "serviceaccount",
        "hostport",
        "schedule",
        "record",
        "service-generator",
    ],
    "scale": ["record"],
    "set env": ["record"],
    "set image": ["record"],
    "set resources": ["record"],
    "set selector": ["record"],
    "set serviceaccount": ["record"],
    "version": ["short"],
    "logs": ["show-all"],
    "top node": ["heapster-namespace", "heapster-port", "heapster-scheme", "heapster-service"],
    "top pod": ["heapster-namespace", "heapster-port", "heapster-scheme", "heapster-service"],
}
BAD = "zz-made-up"
POISON = "--no-such-flag-at-all"
# Letter -> the word that stands for it in a probe; "{}" becomes alpha, beta, gamma ... by position.
WORDS: Mapping[str, str] = {
    "U": "{}",  # a plain word: a name
    "R": "pods",  # a resource type
    "W": "deployments",  # a type with a pod template
    "N": "nodes",
    "C": "pods,services",  # several types
    "P": "pod/{}",  # TYPE/NAME
    "S": "deployment/{}",
    "B": "nosuch/{}",  # TYPE/NAME with a type that is none
    "K": "key=value",
    "M": "key-",
    "L": "8080",
    "T": "key=value:NoSchedule",
    "V": "{}:/path",
    "F": "./file",
}
# Letter -> the flag that makes the mode, and what the probe adds.  Arguments mean other things beside `-f` or `-l`.
MODES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "": ("", ()),
    "f": ("filename", ("--filename=-",)),
    "l": ("selector", ("--selector=a=b",)),
    "a": ("all", ("--all",)),
    "A": ("all-namespaces", ("--all-namespaces",)),
}


def probe_words(pattern: str) -> list[str]:
    """The arguments that stand for a shape: `RU` gives `pods beta`."""
    words = []
    for index, letter in enumerate(pattern):
        words += ["--", "sh"] if letter == REST else [WORDS[letter].format(NAMES[index])]
    return words
