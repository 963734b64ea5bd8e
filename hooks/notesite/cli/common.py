"""What every script shares: options, opening the project, showing a report, exit codes.

Exit codes are ruff's: 0 nothing found (warnings allowed unless `--strict`), 1 findings, 2 could not run.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from .. import VERSION
from ..build import BLOCK_CODES, NOTES_CODES, Build
from ..diagnostics.diagnostic import NotesError, Report, Severity, exit_code, failure, merged, told_once
from ..diagnostics.reporters import FORMATS, Context, reporter
from ..lib.files import append_to, end_on_sigterm, lenient_text, reason, write_atomically
from ..lib.light import Any, NoReturn
from ..project.config import Project, load_baseline, open_project, with_others
from ..project.note_files import in_order, named_files
from ..project.settings import Settings
from ..project.suppressions import Baseline, baseline_of
from . import COMMANDS

# The extra of the package that brings what a command needs, by its words; all others need `site`.
EXTRAS = {"links": "links", "check_links": "links", "mirror": "images", "mirror_images": "images"}

# Translations of its few words, which nobody ships, are looked for with the module locale: 1 ms.
argparse._ = str  # type: ignore[attr-defined]  # what it imports as `_`

NOTHING_FOUND = 0
COULD_NOT_RUN = 2
INTERRUPTED = 130


def _formatter(prog: str) -> argparse.HelpFormatter:
    """As wide as the terminal; asked here because argparse imports shutil for it, whenever an option is added."""
    try:
        columns = os.get_terminal_size().columns
    except OSError:
        columns = 100
    return argparse.RawDescriptionHelpFormatter(prog, width=max(columns - 2, 40))


def prog() -> str:
    """How this run was called, as examples show it: `notesite check` or `scripts/check_notes.py`."""
    script = Path(sys.argv[0])
    if script.suffix == ".py" and script.stem != "__main__":
        return f"scripts/{script.name}"
    return " ".join(["notesite", *sys.argv[1:2]])


def parser_of(command: str, description: str) -> argparse.ArgumentParser:
    """The parser of a command; `data/commands.json` has its options, and the examples of all that can be called."""
    table, name = COMMANDS, prog()
    epilog = "examples:\n" + "\n".join(f"  {example.format(prog=name)}" for example in table[command]["examples"])
    parser = argparse.ArgumentParser(prog=name, description=description, epilog=epilog, formatter_class=_formatter)
    groups: dict[str, Any] = {"": parser, "forms": parser.add_argument_group("forms")}
    for option in table[command]["options"]:
        for flag, written in table[option] if isinstance(option, str) else [option]:
            more = {**written, "help": written["help"].replace("{formats}", ", ".join(FORMATS))}
            more |= {"type": _TYPES[more["type"]]} if "type" in more else {}
            more |= {"choices": FORMATS} if flag == "--format" else {}
            group = more.pop("group", "")
            if group not in groups:
                groups[group] = parser.add_mutually_exclusive_group()
            groups[group].add_argument(flag, **more)
    preset = os.environ.get("NOTES_FORMAT", "")  # so that CI asks for annotations once, for every check
    if preset in FORMATS and parser.get_default("format"):
        parser.set_defaults(format=preset)
    return parser


def _report(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    if name not in FORMATS or not path:
        raise argparse.ArgumentTypeError(f"{text!r} is not FORMAT=FILE; formats: {', '.join(FORMATS)}")
    return name, Path(path)


def _seconds(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 < float(text) <= 86_400:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) >= 2**16:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return text


# What values are, by the words of `data/commands.json`.
_TYPES = {"path": Path, "number": float, "seconds": _seconds, "address": _address, "report": _report}


def project_of(args: argparse.Namespace, notes: Path | None = None) -> Project:
    """The project that the options name.  A notes file outside any project gets default settings."""
    notes = notes or args.notes or getattr(args, "file", None)
    if notes is not None and not args.config.exists() and args.config == Path("mkdocs.yml"):
        return alone(notes)
    return open_project(args.config, notes)


def alone(notes: Path) -> Project:
    """A notes file outside any project, with default settings."""
    path = Path(os.path.normpath(notes.absolute()))
    return Project(path.parent, path.parent / "mkdocs.yml", path, path.parent, Settings(source=path.name), {})


def with_files(paths: Sequence[Path]) -> Project:
    """Files and folders outside any project; one file brings those that it lists."""
    paths = [Path(os.path.normpath(path.absolute())) for path in paths]
    found = [own for path in paths for own in named_files(str(path), path.parent)]
    if not found:
        raise failure("N_PATH", f"the directory {paths[0]} holds no Markdown files", str(paths[0]))
    first, *others = in_order(found)
    root = Path(os.path.commonpath([path.parent for path in found]))
    return with_others(alone(first)._replace(root=root), others)


def show(
    parts: Sequence[tuple[Build, Report]],
    args: argparse.Namespace,
    *,
    tool: str,
    codes: Collection[str],
) -> int:
    """Settle the reports (rules, ignores, baseline), print and write them as one, and give the exit code.

    `codes` are the first letters (or longer beginnings) of the codes that this check can give, such as "YK".
    """
    if args.write_baseline:
        return _accept(parts, args, codes)
    settled = [_in_file(build, told_once(_settled(build, report, args, codes)[0])) for build, report in parts]
    report = settled[0] if len(settled) == 1 else merged(settled)
    context = _context([build for build, _ in parts], tool, report)
    for name, path in args.report:
        write_atomically(path, reporter(name)(report, context._replace(color=False)).encode())
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and "github" in {args.format, *(name for name, _ in args.report)}:
        from ..diagnostics.reporters.github import step_summary  # noqa: PLC0415  # loaded for this one format only

        append_to(Path(summary), step_summary(report, context).encode())  # GitHub shows it on the page of the run
    if args.format and not (args.quiet and not report.diagnostics):
        sys.stdout.write(reporter(args.format)(report, context))
    return exit_code(report, strict=args.strict)


def show_all(build: Build, args: argparse.Namespace, *, tool: str) -> int:
    """What `check` finds in the notes, where `--format` or `--report` ask for it; gives the exit code."""
    if not args.format and not args.report:
        return NOTHING_FOUND
    told = argparse.Namespace(**{"strict": False, "write_baseline": False, "baseline": None, **vars(args)})
    return show([(build, everything(build))], told, tool=tool, codes=(*NOTES_CODES, *BLOCK_CODES))


def everything(build: Build) -> Report:
    """What `check` finds in the notes."""
    return merged([build.structure, build.blocks.report])


def _settled(
    build: Build, report: Report, args: argparse.Namespace, codes: Collection[str]
) -> tuple[Report, Baseline, Path]:
    """The report after rules, comments and the baseline; that baseline, and where it is kept."""
    project = build.project
    path = args.baseline or project.root / project.settings.baseline
    # What is accepted in the project's own notes says nothing about another file.
    is_asked = args.baseline or args.write_baseline or project.is_own
    baseline = load_baseline(path) if is_asked else Baseline()
    return build.settled(report, codes, baseline), baseline, path


def _in_file(build: Build, report: Report) -> Report:
    """The report in columns of the file on disk, every finding with the file it is about."""
    report, own = build.source.report_in_file(report), build.shown_path
    parts = {name: getattr(report, name) for name in ("diagnostics", "skipped", "accepted", "ignored")}
    told: Any = {n: tuple(one._replace(path=one.path or own) for one in p) for n, p in parts.items()}
    return report._replace(**told)


def _accept(parts: Sequence[tuple[Build, Report]], args: argparse.Namespace, codes: Collection[str]) -> int:
    """Write the baseline: what can fail a check, and what it held of other checks."""
    if len(parts) != 1:
        raise failure("I_CONFIG", "a baseline is about one notes file: name one")
    build, report = parts[0]
    settled, old, path = _settled(build, report, args, codes)
    found = sorted((*settled.diagnostics, *settled.accepted), key=lambda d: d.sort_key)
    accepted = [d for d in found if d.severity is not Severity.INFO and not d.code.startswith("I_")]
    mine = baseline_of(accepted, build.outline, old)
    others = tuple(entry for entry in old.entries if not entry.code.startswith(tuple(codes)))
    write_atomically(path, Baseline((*mine.entries, *others)).to_json().encode())
    new = sum(d.severity is not Severity.INFO for d in settled.diagnostics)
    print(f"{new} new findings accepted in {path}", file=sys.stderr)
    return NOTHING_FOUND


def progress(what: str, args: argparse.Namespace) -> Callable[[int, int], None]:
    """A line on a terminal that says how many are done, once the work takes a second; nothing elsewhere."""
    started = time.monotonic()

    def show(done: int, total: int) -> None:
        if time.monotonic() - started >= 1:
            filled = 30 * done // max(total, 1)
            end = "\r\033[K" if done == total else ""
            bar = f"\r{what} [{'#' * filled}{'.' * (30 - filled)}] {done}/{total}"
            print(bar, end=end, file=sys.stderr, flush=True)

    return show if sys.stderr.isatty() and not args.quiet else lambda _done, _total: None


def _context(builds: Sequence[Build], tool: str, report: Report) -> Context:
    told = {d.path for d in (*report.diagnostics, *report.accepted, *report.ignored)}
    files = [(build, path, build.project.shown(path)) for build in builds for path in build.project.files]
    lines = {shown: _lines_on_disk(build, path) for build, path, shown in files if shown in told}
    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return Context(builds[0].shown_path, lines, tool, VERSION, color, _code_base(builds[0].project))


def _lines_on_disk(build: Build, path: Path) -> list[str]:
    """The lines that places are about: the source has repaired some, and knows no byte order mark."""
    text = lenient_text(path)
    if text is None:  # of standard input
        return list(build.source.lines)
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _code_base(project: Project) -> str:
    """Where the project documents the codes: on the code host that its edit links name, else in the checkout."""
    page = "docs/developer/diagnostics.md"
    if not (project.root / page).is_file():
        return ""
    host, marker, _ = str(project.config.get("edit_uri") or "").partition("/blob/")
    return f"{host}/blob/HEAD/{page}" if marker and host else page


def guarded(main: Callable[[Sequence[str] | None], int], argv: Sequence[str] | None = None) -> int:
    """Run a script's `main`: whatever happens ends in a clear line and an exit code, never in a traceback."""
    _open_streams()
    end_on_sigterm()
    try:
        code = main(argv)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)  # what is half done is removed at the proper end of a process
    except BrokenPipeError:  # the reader of the output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_RUN
    except (NotesError, OSError) as error:
        if isinstance(error, OSError):
            error = failure("I_MACHINE", reason(error), str(error.filename or prog()))
        sys.stderr.write(reporter("text")(Report(error.diagnostics), Context(path="mkdocs.yml")))
        return COULD_NOT_RUN
    except Exception as error:  # the last line of defence; NOTES_DEBUG shows the traceback
        if os.environ.get("NOTES_DEBUG"):
            raise
        print(f"error: {_words(error)}", file=sys.stderr)
        return COULD_NOT_RUN
    return code


def _open_streams() -> None:
    """What a stream cannot say is written as escapes; what is said to a closed one is lost."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _words(error: Exception) -> str:
    """What ended a run, for people."""
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith("notesite"):
        command = prog().rpartition("/")[2].removesuffix(".py").removeprefix("notesite ")
        return f'this needs {error.name}: pip install "notesite[{EXTRAS.get(command, "site")}]"'
    if isinstance(error, UnicodeEncodeError) and error.object[error.start] >= "\udc00":
        return "the name of a file or folder is not UTF-8, so no address can be made of it: rename it"
    return f"internal error: {type(error).__name__}: {error} (set NOTES_DEBUG=1 and report it)"


def end(code: int) -> NoReturn:
    """End the process at once, as mypy does: freeing every object one by one takes 5 % of a check."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # a full disk; it has been said where it could be said
            stream.flush()
    os._exit(code)
