"""A loopback server that stands in for an API server: discovery, and one minimal object for every request."""

from __future__ import annotations

import http.server
import json
import re
import threading
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from notesite.snippets.shell.grammar.resources import Resource, resource_types


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

    def _objects(self, path: str, body: bytes) -> tuple[int, object]:  # noqa: PLR0911  # one return for each kind of request
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

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815  # the names are the base class's


def _posted(body: bytes) -> object:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    if isinstance(found, dict) and found.get("kind", "").endswith("AccessReview"):
        found["status"] = {"allowed": True}
    return found
