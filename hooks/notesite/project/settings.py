"""`extra.notes` of mkdocs.yml: typed, with defaults that suit any notes file.

The classes are the one place that names a setting; `read` turns a plain mapping into them and reports every
unknown key (with the nearest known one) and every value of the wrong type.  Annotations are evaluated here, because
`read` looks at them: as texts they would be compiled in every run.
"""

from collections.abc import Iterator, Mapping
from types import UnionType

import yaml

from ..diagnostics.diagnostic import CODES, OFF, Diagnostic, Rules, Severity, Span, finding
from ..lib.light import Any, Literal, NamedTuple, lazy
from ..lib.nearest import nearest_value
from ..notes.limits import DEFAULT, Limits
from ..notes.model import EMPTY

_FOLDER = lazy(r"(?!.*\.\.)[\w .~-]+(?:/[\w .~-]+)*/?")
_CONTROL = lazy("[\\x00-\\x08\\x0b-\\x1f\\x7f]")
_MOST = 2**53  # what every program can count up to
_LONGEST = 150  # characters of a folder's address


class PageSettings(NamedTuple):
    """How one section becomes a page; the key is the heading's text or its anchor."""

    title: str = ""  # on the page and in the menu; "": the heading
    slug: str = ""  # last part of the page's address; "": from the heading
    description: str = ""  # for cards and search engines; "": taken from its text
    icon: str = ""  # of the theme, such as material/cube-outline
    glossary: Mapping[str, str] = EMPTY  # term -> what it means on this page; "": not explained here


class ImageSettings(NamedTuple):
    """How remote images are mirrored."""

    # "auto": fetch what the lock lacks; "frozen": open no socket; "refresh": ask every host for changes.
    # None: frozen when the environment variable CI is set, else auto.
    mode: Literal["auto", "frozen", "refresh"] | None = None
    store: str = "images"  # folder of the copies and of images.lock, relative to docs_dir
    hosts: tuple[str, ...] = ()  # `host` or `host:port` on loopback or a private network that may be asked
    max_bytes: int = 10 * 2**20  # of one image
    max_pixels: int = 40_000_000  # of one frame
    max_side: int = 16_384  # pixels
    max_frames: int = 500  # of a moving picture
    deadline: float = 60.0  # seconds for one image, all tries and redirects together
    alt: Mapping[str, str] = EMPTY  # URL as in the notes -> alternative text for the page
    webp: bool = True  # also publish PNG and JPEG as WebP where that saves at least 30 %
    keep_drawing: bool = False  # show the drawn stand-in even when the original is mirrored
    enlarge: bool = True  # a click on a picture shows it large
    stand_ins: str = "assets/diagrams"  # folder of drawings that stand in for missing originals, in docs_dir


class SnippetSettings(NamedTuple):
    """How YAML and commands are checked."""

    kubernetes: tuple[str, ...] = ()  # versions such as "1.31"; empty: all that are bundled
    schemas: str = ""  # folder of more schemas (custom resources), relative to mkdocs.yml
    languages: tuple[Literal["yaml", "shell"], ...] = ("yaml", "shell")  # what is checked
    marks: bool = True  # say on the page what was checked


class LinkSettings(NamedTuple):
    """How links to other sites are checked."""

    include: tuple[str, ...] = ()  # regular expressions; when there are any, only addresses that one is found in
    exclude: tuple[str, ...] = ()  # regular expressions; addresses that one is found in are left out
    allow_hosts: tuple[str, ...] = ()  # hosts that may be private or local, as the address writes them
    grace_days: float = 0.0  # a dead link is a warning until it has been dead for so long
    fresh_days: float = 1.0  # a page that was fine is not asked for again within this time
    workers: int = 16  # requests at a time
    per_host: int = 2  # requests at a time to one host
    interval: float = 0.3  # seconds between two requests to one host
    retries: int = 2  # repeats of a request that failed for a reason that may pass
    longest_wait: float = 60.0  # seconds that a server's Retry-After may ask for
    timeout: float = 20.0  # seconds for one request, redirects included
    deadline: float = 600.0  # seconds for all links
    cache: str = ".cache/links.json"  # what earlier runs learnt, relative to mkdocs.yml


class HomeSettings(NamedTuple):
    """What stands on the home page above the contents."""

    about: str = ""  # what these notes are, in a sentence or two; "": site_description
    picture: str = ""  # an SVG of the project, relative to docs_dir
    commands: tuple[str, ...] = ()  # descriptions of commands shown there
    download: str = ""  # address of the offline bundle, relative to the home page or whole; "": no link


class CommandSettings(NamedTuple):
    """The page of all commands."""

    title: str = "Commands"  # in the navigation and as its heading; "": no such page
    description: str = "Every command of these notes in one place, by section."  # for search engines


class ManifestSettings(NamedTuple):
    """Whole manifests as files."""

    folder: str = "manifests"  # of the site; "": no files
    apply: str = "kubectl apply -f {url}"  # shown on the hosted site under each; "": not shown


class Settings(NamedTuple):
    """All of `extra.notes`."""

    # Relative to docs_dir: a file, a folder, a pattern such as "chapters/*.md", or a list of these.  Of a file that lists
    # other Markdown files the listed ones belong to the notes, too.
    source: str | tuple[str, ...] = "notes.md"
    origin: str = ""  # address of the notes file at its code host, where links to other files lead; "": as git says
    split_level: int | None = None  # heading level of the sections that become pages; None: inferred
    pages: Mapping[str, PageSettings] = EMPTY  # heading or anchor of a section -> how it becomes a page
    redirects: Mapping[str, str] = EMPTY  # old address (page, page#anchor, #anchor) -> page slug or slug#anchor
    rules: Mapping[str, Literal["off", "info", "warning", "error"]] = EMPTY  # code -> severity
    home: HomeSettings = HomeSettings()
    groups: Mapping[str, tuple[str, ...]] = EMPTY  # name -> sections: cuts in the contents list, for menu and home page
    commands: CommandSettings = CommandSettings()
    manifests: ManifestSettings = ManifestSettings()
    glossary: Mapping[str, str] = EMPTY  # term -> what it means, explained where it first stands
    synonyms: Mapping[str, tuple[str, ...]] = EMPTY  # words that find each other in the search
    baseline: str = "notes-baseline.json"  # accepted findings, relative to mkdocs.yml
    images: ImageSettings = ImageSettings()
    snippets: SnippetSettings = SnippetSettings()
    links: LinkSettings = LinkSettings()
    cache: bool = True  # keep templates, pages and verdicts in the user's cache folder, for the next build
    # Say on each page, and in sitemap.xml, when it was last changed; needs the whole history of git
    dates: bool = False
    limits: Limits = DEFAULT  # beyond them the notes are not read

    @property
    def severities(self) -> Rules:
        """`rules` as severities, None for "off"."""
        return {code: None if word == OFF else Severity(word) for code, word in self.rules.items()}


class SettingsProblem(NamedTuple):
    """What is wrong, and where: the keys that lead to the value, from `extra.notes` downwards."""

    keys: tuple[str, ...]
    message: str
    at_key: bool  # the key itself is wrong, not its value


def read(raw: object) -> tuple[Settings, list[SettingsProblem]]:
    """The settings that `raw` (the value of `extra.notes`) asks for, and everything that is wrong with it.

    Values that are wrong keep their defaults, so one run can report them all.
    """
    problems: list[SettingsProblem] = []
    settings = _section(Settings, {} if raw is None else raw, (), problems)
    known = set(CODES)
    rules = raw.get("rules") if isinstance(raw, Mapping) else None
    problems += [
        SettingsProblem(("rules", str(code)), f"unknown code {str(code)!r}{_nearest(str(code), known)}", True)
        for code in (rules if isinstance(rules, Mapping) else ())
        if code not in known
    ]
    level = settings.split_level
    if level is not None and not 1 <= level <= 6:
        problems.append(SettingsProblem(("split_level",), f"{level} is not a heading level: write 1 to 6", False))
    folder = settings.manifests.folder
    if folder and not ((folder.isalnum() or _FOLDER.fullmatch(folder)) and len(folder) <= _LONGEST):
        problems.append(SettingsProblem(("manifests", "folder"), f"{folder[:60]!r} is no folder of a site", False))
    return settings, problems


def as_diagnostics(problems: list[SettingsProblem], config_text: str, config_path: str) -> Iterator[Diagnostic]:
    """The problems as findings in mkdocs.yml, at the line and column of the key or value."""
    for problem in problems:
        name = ".".join(("extra", "notes", *problem.keys))
        span = place(config_text, ("extra", "notes", *problem.keys), at_key=problem.at_key)
        yield finding("I_CONFIG", f"{name}: {problem.message}", span, path=config_path)


def place(text: str, keys: tuple[str, ...], *, at_key: bool) -> Span:
    """Where the value (or the key) that `keys` lead to stands in a YAML text; its start when it cannot be found."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return Span.at(1)
    found = node
    for key in keys:
        if isinstance(node, yaml.SequenceNode) and key.isdecimal() and int(key) < len(node.value):
            found = node = node.value[int(key)]
            continue
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        pair = next((pair for pair in pairs if pair[0].value == key), None)
        if pair is None:
            break
        found, node = pair
    else:
        found = found if at_key else node
    if found is None:
        return Span.at(1)
    mark = found.start_mark
    length = len(found.value) if isinstance(found, yaml.ScalarNode) else 1
    return Span.at(mark.line + 1, mark.column + 1, max(length, 1))


def _section(cls: Any, raw: object, keys: tuple[str, ...], problems: list[SettingsProblem]) -> Any:
    if not isinstance(raw, Mapping):
        problems.append(SettingsProblem(keys, f"expected a mapping, got {_kind(raw)}", False))
        return cls()
    hints = cls.__annotations__
    known = set(cls._fields)
    values = {}
    for key, value in raw.items():
        if key not in known:
            problems.append(SettingsProblem((*keys, str(key)), f"unknown setting{_nearest(str(key), known)}", True))
            continue
        problem_count = len(problems)
        converted = _value(hints[key], value, (*keys, key), problems)
        if len(problems) == problem_count or hasattr(hints[key], "_fields"):  # a section has what is right in it
            values[key] = converted
    return cls(**values)


def _value(hint: Any, raw: object, keys: tuple[str, ...], problems: list[SettingsProblem]) -> Any:  # noqa: PLR0911  # one return for each kind of type is the clearest form
    origin: Any = getattr(hint, "__origin__", None)
    args: Any = getattr(hint, "__args__", ())

    def wrong(expected: str) -> None:
        problems.append(SettingsProblem(keys, f"expected {expected}, got {_kind(raw)}", False))

    if hasattr(hint, "_fields"):
        return _section(hint, {} if raw is None else raw, keys, problems)
    if isinstance(hint, UnionType):
        if raw is None and type(None) in args:
            return None
        lists = [arg for arg in args if getattr(arg, "__origin__", 0) is tuple and isinstance(raw, list | tuple)]
        return _value((lists or [arg for arg in args if arg is not type(None)])[0], raw, keys, problems)
    if origin is Literal:
        # YAML reads a bare `off` as False.
        word = OFF if raw is False and OFF in args else raw
        if word not in args:
            near = _nearest(str(raw), {str(arg) for arg in args})
            problems.append(SettingsProblem(keys, f"{raw!r} is not one of {', '.join(map(str, args))}{near}", False))
        return word
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(raw, Mapping):
            wrong("a mapping")
            return {}
        return {str(key): _value(args[1], value, (*keys, str(key)), problems) for key, value in raw.items()}
    if origin is tuple:
        if not isinstance(raw, list | tuple):
            wrong("a list")
            return ()
        return tuple(_value(args[0], item, (*keys, str(index)), problems) for index, item in enumerate(raw))
    if hint is float and isinstance(raw, int) and not isinstance(raw, bool):
        return float(raw)
    if hint in (int, float) and isinstance(raw, int | float) and not (raw >= 0 and (raw < _MOST or hint is float)):
        problems.append(SettingsProblem(keys, f"{raw} is no amount: write a number from 0", False))  # .nan is none, too
    elif hint is str and isinstance(raw, str) and not raw.isprintable() and (control := _CONTROL.search(raw)):
        problems.append(SettingsProblem(keys, f"the character {control[0]!a} does not belong into text", False))
    elif not isinstance(raw, hint) or (isinstance(raw, bool) and hint is not bool):
        wrong({str: "a string", int: "an integer", bool: "a boolean", float: "a number"}[hint])
    return raw


def _kind(raw: object) -> str:
    names = {type(None): "nothing", bool: "a boolean", int: "a number", float: "a number", str: "a string"}
    return names.get(type(raw), "a list" if isinstance(raw, list) else "a mapping")


def _nearest(word: str, known: set[str]) -> str:
    near = nearest_value(word, sorted(known))
    return f"; did you mean {near!r}?" if near else ""
