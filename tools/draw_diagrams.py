"""Draw the diagrams that stand in for the notes' remote images.

The words for readers (title, description, caption) are in docs/assets/diagrams/diagrams.toml; this file has the shapes.

Examples:
    python tools/draw_diagrams.py           write the drawings and their palette
    python tools/draw_diagrams.py --check   say which files are out of date, change nothing
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from drawing import Box, Drawing, palette_css

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "assets" / "diagrams"


def cluster() -> Drawing:
    """Control plane above two worker nodes."""
    d = Drawing(540)
    you = d.box(Box(110, 12, 140, 48), "outside", "*kubectl", "your commands")
    d.frame(Box(12, 84, 336, 180), "control", "Control plane", "decides")
    api = d.box(Box(24, 206, 312, 46), "control", "*kube-apiserver", "the one entrance", look="plain")
    etcd = d.store(Box(24, 118, 74, 60), "*etcd", "stores all", look="plain")
    scheduler = d.box(Box(110, 118, 100, 60), "control", "*scheduler", "picks nodes", look="plain")
    controllers = d.box(Box(236, 118, 100, 60), "control", "*controllers", "fix drift", look="plain")
    d.link(you, api, at=223)  # between the boxes
    for part in (etcd, scheduler, controllers):
        d.link(api, part, both=True)
    for number, place in enumerate(Box(12, 312, 336, 216).columns(2), start=1):
        node = d.frame(place, "worker", f"Worker node {number}")
        d.link(node, api, at=node.middle, both=True)
        x, width = node.x + 12, node.width - 24
        d.box(Box(x, 346, width, 46), "worker", "*kubelet", "runs the Pods", look="plain")
        d.box(Box(x, 402, width, 46), "worker", "*kube-proxy", "sets the rules", look="plain")
        for pod in Box(x, 458, width, 58).columns(2, gap=10):
            d.box(pod, "pod", "*Pod")
    d.text(180, 285, "Pods to run,")
    d.text(180, 301, "status back")
    return d


def request_path() -> Drawing:
    """From kubectl to a running Pod, step by step through the API server."""
    d = Drawing(562)
    you = d.box(Box(12, 12, 336, 52), "outside", "*You", "$kubectl apply -f deployment.yaml")
    about = ("*kube-", "*apiserver", "", "checks every", "request and", "informs all", "who watch")
    api = d.box(Box(12, 108, 104, 442), "control", *about)
    d.link(you, api)
    d.step(88, 86, 1)
    d.text(106, 90, "sends the Deployment", "start")
    x, width = 164, 184
    etcd = d.store(Box(x, 108, width, 68), "*etcd", "stores it", shift=14)
    controllers = d.box(Box(x, 196, width, 68), "control", "*controllers", "create the", "Pod objects", shift=14)
    scheduler = d.box(Box(x, 284, width, 68), "control", "*scheduler", "picks a node", "for each Pod", shift=14)
    d.frame(Box(x, 372, width, 178), "worker", "Chosen worker node")
    inner = Box(x + 12, 406, width - 24, 60)
    kubelet = d.box(inner, "worker", "*kubelet", "starts the Pods,", "reports back", look="plain", shift=14)
    for number, part in enumerate((etcd, controllers, scheduler, kubelet), start=2):
        d.link(api, part, both=True)
        d.step(part.x + 20, part.centre, number)
    for pod in Box(inner.x, 494, inner.width, 44).columns(2):
        d.box(pod, "pod", "*Pod")
        d.link(kubelet, pod)
    return d


def control_plane() -> Drawing:
    """The API server as the hub that all other components talk to."""
    d = Drawing(510)
    you = d.box(Box(12, 12, 162, 48), "outside", "*kubectl", "people and tools")
    kubelets = d.box(Box(186, 12, 162, 48), "worker", "*kubelets", "on worker nodes")
    d.frame(Box(12, 92, 336, 320), "control", "Control plane")
    api = d.box(Box(24, 126, 312, 56), "control", "*kube-apiserver", "checks and serves every request", look="plain")
    d.link(you, api, at=150)
    d.link(kubelets, api, at=210, both=True)
    etcd = d.store(Box(24, 214, 118, 80), "*etcd", "stores the", "cluster state", look="plain")
    scheduler = d.box(Box(218, 214, 118, 80), "control", "*scheduler", "picks a node", "for each Pod", look="plain")
    d.link(api, etcd, both=True)
    d.link(scheduler, api, at=scheduler.middle, both=True)
    left, right = Box(24, 318, 312, 82).columns(2)
    manager = d.box(left, "control", "*controller", "*manager", "reconciles with", "desired state", look="plain")
    cloud = d.box(right, "control", "*cloud controller", "*manager", "optional", look="plain dashed")
    d.link(manager, api, at=158, both=True)
    d.link(cloud, api, at=202, both=True)
    provider = d.box(Box(186, 450, 162, 48), "outside", "*Cloud provider", "disks, balancers")
    d.link(cloud, provider, at=cloud.middle)
    d.text(12, 470, "Dashed: outside", "start")
    d.text(12, 486, "or optional", "start")
    return d


def worker_node() -> Drawing:
    """What runs on one node, from the kubelet down to the Pods."""
    d = Drawing(626)
    api = d.box(Box(110, 12, 140, 40), "control", "*kube-apiserver")
    d.frame(Box(12, 88, 336, 526), "worker", "Worker node")
    kubelet = d.box(Box(24, 122, 312, 56), "worker", "*kubelet", "watches for its Pods, reports status", look="plain")
    d.link(api, kubelet, both=True)
    left, right = Box(24, 214, 312, 72).columns(2, gap=36)
    runtime = d.box(left, "container", "*Container", "*runtime", "containerd", look="plain")
    plugin = d.box(right, "network", "*CNI plugin", "builds the", "Pod network", look="plain")
    d.link(kubelet, runtime)
    d.text(runtime.middle + 12, 200, "CRI", "start")
    d.link(runtime, plugin)
    pods = []
    for place, name, address in zip(Box(24, 338, 312, 92).columns(2), "AB", ("10.244.1.5", "10.244.1.6"), strict=True):
        pods.append(d.frame(place, "pod", f"Pod {name}", address))
        d.box(Box(place.x + 12, place.y + 34, place.width - 24, 46), "container", "*Container", look="plain")
    d.link(runtime, pods[0], at=runtime.middle)
    d.text(runtime.middle + 12, 316, "starts", "start")
    d.link(plugin, pods[1], at=plugin.middle)
    d.text(plugin.middle - 12, 316, "gives an IP", "end")
    rules = d.box(
        Box(24, 470, 312, 54), "network", "*Rules in the kernel", "lead Service traffic to the Pods", look="plain"
    )
    for pod in pods:
        d.link(rules, pod)
    proxy = d.box(Box(24, 560, 312, 40), "network", "*kube-proxy", look="plain")
    d.link(proxy, rules)
    d.text(192, 546, "sets", "start")
    return d


def pod() -> Drawing:
    """Two containers that share an address and a volume."""
    d = Drawing(424)
    client = d.box(Box(100, 12, 160, 48), "outside", "*Other Pods", "$10.244.1.5:8080")
    d.frame(Box(12, 96, 336, 316), "pod", "Pod", "one IP: 10.244.1.5")
    net = d.box(Box(24, 130, 312, 50), "network", "*Shared network", look="plain")
    d.link(client, net)
    left, right = Box(24, 212, 312, 84).columns(2, gap=80)
    app = d.box(left, "container", "*Container", "web server", "$:8080", look="plain")
    log = d.box(right, "container", "*Container", "log shipper", "$:9090", look="plain")
    d.link(app, log, both=True)
    d.text(180, 245, "localhost")
    volume = d.store(Box(24, 330, 312, 66), "*Shared volume", "files that both can see", look="plain")
    for part in (app, log):
        d.link(net, part, both=True)
        d.link(part, volume, at=part.middle, both=True)
    return d


def replica_set() -> Drawing:
    """Desired three: a Pod is lost and replaced."""
    stages = (
        ("All is well", "3 of 3", "Pod", "pod", ""),
        ("One Pod is lost", "2 of 3", "Lost", "lost", ""),
        ("ReplicaSet creates a new Pod", "3 of 3", "New Pod", "pod", "strong"),
    )
    d = Drawing(498)
    above = d.box(Box(12, 12, 336, 56), "control", "*ReplicaSet", "desired: 3 Pods, always")
    for number, (what, count, name, role, look) in enumerate(stages):
        top = 100 + number * 138
        stage = d.frame(Box(12, top, 336, 110), "cluster", what, count)
        d.link(above, stage)
        first, second, third = Box(24, top + 36, 312, 62).columns(3)
        d.box(first, "pod", "*Pod")
        d.box(second, "pod", "*Pod")
        d.box(third, role, f"*{name}", look=look)
        above = stage
    return d


def deployment() -> Drawing:
    """A rolling update: the old ReplicaSet shrinks while the new one grows."""
    stages = (
        (3, "3 Pods", 0, "none yet"),
        (2, "2 Pods", 1, "1 ready"),
        (1, "1 Pod", 2, "2 ready"),
        (0, "kept for rollback", 3, "3 ready"),
    )
    d = Drawing(494)
    top = d.box(Box(12, 12, 336, 56), "control", "*Deployment", "3 Pods, from v1 to v2")
    old, new = Box(12, 104, 336, 378).columns(2, gap=44)
    d.frame(old, "control", "Old ReplicaSet")
    d.frame(new, "control", "New ReplicaSet")
    d.link(top, old)
    d.link(top, new)
    for number, (before, left, after, right) in enumerate(stages, start=1):
        y = 140 + (number - 1) * 86
        _pods(d, Box(old.x + 12, y, old.width - 24, 44), "v1", before, left)
        _pods(d, Box(new.x + 12, y, new.width - 24, 44), "v2", after, right)
        d.step(180, y + 22, number)
        if number < len(stages):
            d.wire((180, y + 39), (180, y + 91))
    return d


def _pods(d: Drawing, place: Box, version: str, filled: int, note: str) -> None:
    """Three places for Pods of a ReplicaSet, the first ones filled, with a note below."""
    for number, slot in enumerate(place.columns(3, gap=8)):
        if number < filled:
            d.box(slot, "pod", f"*{version}", look="strong" if version == "v2" else "")
        else:
            d.box(slot, "outside")
    d.text(place.middle, place.bottom + 18, note)


def service() -> Drawing:
    """One stable address in front of Pods that come and go."""
    d = Drawing(466)
    client = d.box(Box(100, 12, 160, 52), "pod", "*Client Pod", "$http://web")
    web = d.box(Box(12, 116, 336, 78), "network", "*Service: web", "$10.96.0.20", "$selector app=web")
    d.link(client, web)
    d.text(192, 94, "name and IP stay", "start")
    one, two, three = Box(12, 250, 336, 88).columns(3)
    running = d.box(one, "pod", "*Pod", "$app=web", "$10.244.1.5")
    d.box(two, "lost", "*Lost", "$app=web", "$10.244.2.8")
    fresh = d.box(three, "pod", "*New Pod", "$app=web", "$10.244.3.4", look="strong")
    d.link(web, running)
    d.link(web, fresh)
    d.text(180, 228, "Pods come and go")
    d.box(Box(12, 366, 104, 88), "pod", "*Pod", "$app=db", "$10.244.2.9")
    d.text(132, 406, "Another label:", "start")
    d.text(132, 422, "not selected, no traffic", "start")
    return d


def service_external() -> Drawing:
    """From the internet through a load balancer to the Pods."""
    d = Drawing(526)
    user = d.box(Box(100, 12, 160, 48), "outside", "*User", "on the internet")
    balancer = d.box(
        Box(60, 96, 240, 70), "network", "*Load balancer", "of the cloud provider", "$203.0.113.10:80", look="dashed"
    )
    d.link(user, balancer)
    d.frame(Box(12, 202, 336, 312), "cluster", "Cluster")
    inside = d.box(Box(60, 236, 240, 76), "network", "*Service", "type: LoadBalancer", "$10.96.0.20:80")
    d.link(balancer, inside)
    for number, place in enumerate(Box(24, 356, 312, 146).columns(2), start=1):
        d.frame(place, "worker", f"Node {number}")
        pod = d.box(
            Box(place.x + 12, place.y + 50, place.width - 24, 84), "pod", "*Pod", f"$10.244.{number}.5", "$:8080"
        )
        d.link(inside, pod)
    return d


def node_port() -> Drawing:
    """Three ports on the way from a node to a container."""
    d = Drawing(552)
    client = d.box(Box(12, 12, 336, 52), "outside", "*Client", "$http://192.168.1.21:30080")
    d.frame(Box(12, 100, 336, 440), "cluster", "Cluster")
    web = Box(60, 288, 240, 84)
    for number, place in enumerate(Box(24, 150, 312, 94).columns(2), start=1):
        node = d.frame(place, "worker", f"Node {number}")
        address = f"$192.168.1.2{number}"
        d.box(
            Box(place.x + 12, place.y + 34, place.width - 24, 48), "network", address, "$nodePort: 30080", look="plain"
        )
        d.link(client, node, dashed=number > 1)
        d.link(node, web, at=node.middle)
    d.text(180, 138, "any node")
    d.frame(web, "network", "Service", "10.96.0.20")
    d.box(Box(72, 322, 216, 38), "network", "$port: 80", look="plain")
    inside = d.frame(Box(60, 416, 240, 112), "pod", "Pod", "10.244.1.5")
    d.link(web, inside)
    d.box(Box(72, 450, 216, 66), "container", "*Container", "$targetPort: 8080", look="plain")
    return d


def multi_container() -> Drawing:
    """An init container, then app and sidecar, around one volume."""
    d = Drawing(402)
    d.frame(Box(12, 12, 336, 378), "pod", "Pod", "one IP, one node")
    first = d.box(Box(24, 48, 164, 78), "container", "*Init container", "runs first,", "must finish", look="plain")
    app = d.box(Box(24, 174, 164, 78), "container", "*App", "serves requests,", "logs to a file", look="plain")
    sidecar = d.box(Box(24, 300, 164, 78), "container", "*Sidecar", "helps the app:", "sends logs on", look="plain")
    volume = d.store(Box(252, 48, 84, 330), "*Shared", "*volume", look="plain")
    d.link(first, app)
    d.text(118, 154, "then", "start")
    d.link(app, sidecar, both=True)
    d.text(118, 280, "localhost", "start")
    d.link(first, volume, at=first.centre)
    d.link(app, volume, at=app.centre)
    d.link(volume, sidecar, at=sidecar.centre)
    for part, words in ((first, "writes"), (app, "writes"), (sidecar, "reads")):
        d.text(220, part.centre - 9, words)
    return d


DRAWINGS: dict[str, Callable[[], Drawing]] = {
    "cluster": cluster,
    "request-path": request_path,
    "control-plane": control_plane,
    "worker-node": worker_node,
    "pod": pod,
    "replica-set": replica_set,
    "deployment": deployment,
    "service": service,
    "service-external": service_external,
    "node-port": node_port,
    "multi-container": multi_container,
}


def outputs(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every file to write and its text.  Raises OSError, ValueError, TypeError or KeyError if diagrams.toml does not serve."""
    words = tomllib.loads((folder / "diagrams.toml").read_text(encoding="utf-8"))
    for entry in words["diagram"]:
        path = folder / entry["file"]
        yield path, DRAWINGS[path.stem]().svg(f"diagram-{path.stem}", entry["alt"], entry["description"])
    yield folder / "diagrams.css", palette_css()


def main(argv: Sequence[str] | None = None) -> int:
    """Write the drawings; 1 if --check finds a file that would change, 2 if diagrams.toml does not serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, fail if a file is out of date")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where diagrams.toml is (default: %(default)s)")
    args = parser.parse_args(argv)
    try:
        stale = [(path, text) for path, text in outputs(args.folder) if not _says(path, text)]
        for path, text in stale:
            if not args.check:
                path.write_bytes(text.encode())
            print(f"{'out of date' if args.check else 'written'}: {path.name}")
    except KeyError as error:
        print(f"error: diagrams.toml: no drawing or no key called {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (ValueError, TypeError) as error:
        print(f"error: diagrams.toml: {error}", file=sys.stderr)
        return 2
    return 1 if args.check and stale else 0


def _says(path: Path, text: str) -> bool:
    return path.exists() and path.read_bytes() == text.encode()


if __name__ == "__main__":
    sys.exit(main())
