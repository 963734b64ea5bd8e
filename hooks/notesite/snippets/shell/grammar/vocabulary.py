"""Words that no grammar file holds: plugins of kubectl, and what people type who mean something else."""

from __future__ import annotations

# kubectl sub-commands that plugins of Krew add, or that distributions ship; kubectl alone says "unknown command".
PLUGINS = frozenset(
    [
        "krew",
        "ctx",
        "ns",
        "neat",
        "tree",
        "view-secret",
        "view-utilization",
        "who-can",
        "access-matrix",
        "cert-manager",
        "cnpg",
        "argo",
        "argo-rollouts",
        "stern",
        "sniff",
        "whoami",
        "outdated",
        "df-pv",
        "iexec",
        "kubescape",
        "modify-secret",
        "node-shell",
        "oidc-login",
        "resource-capacity",
        "rook-ceph",
        "sick-pods",
        "split-yaml",
        "gadget",
        "kuttl",
        "minio",
        "directpv",
        "konfig",
        "mtail",
        "np-viewer",
        "open-svc",
        "pod-lens",
        "popeye",
        "deprecations",
        "starboard",
        "unused-volumes",
        "kudo",
        "karmada",
        "ingress-nginx",
        "convert",
        "aws-auth",
        "datadog",
        "netshoot",
        "exec-as",
        "view-allocations",
        "view-webhook",
        "view-cert",
        "cilium",
        "hubble",
        "calico",
        "linkerd",
        "crossplane",
        "schemahero",
        "ktop",
        "kc",
        "kubesec-scan",
        "score",
    ]
)
# What people type who think of another tool.
MEANT = {
    "list": "get",
    "ls": "get",
    "show": "get",
    "ps": "get pods",
    "status": "get",
    "remove": "delete",
    "rm": "delete",
    "stop": "delete",
    "destroy": "delete",
    "start": "run",
    "update": "edit",
    "modify": "edit",
    "log": "logs",
    "inspect": "describe",
    "restart": "rollout restart",
    "rollback": "rollout undo",
    "forward": "port-forward",
    "portforward": "port-forward",
    "ssh": "exec",
    "use-context": "config use-context",
    "set-context": "config set-context",
    "get-contexts": "config get-contexts",
    "current-context": "config current-context",
    "can-i": "auth can-i",
}


MEANT_FLAGS = {"file": "filename", "files": "filename", "ns": "namespace", "format": "output", "label": "selector"}

# Removed flags of kubectl -> what took their place.
REPLACED_FLAGS = {
    "delete-local-data": "delete-emptydir-data",
    "prune-whitelist": "prune-allowlist",
    "experimental-server-side": "server-side",
}
# Commands whose type may be a custom one; the others (`rollout`, `expose`, `autoscale`, `set`) know built-in types only.
TAKES_CUSTOM = frozenset(
    ["get", "describe", "delete", "edit", "patch", "label", "annotate", "scale", "wait", "explain", "apply"]
)
