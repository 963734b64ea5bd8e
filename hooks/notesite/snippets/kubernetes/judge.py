"""One judgement for each YAML document of a snippet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from notesite.diagnostics.diagnostic import CODES, Severity
from notesite.snippets.yaml.mappings import fields, get, items, pairs, width
from notesite.snippets.yaml.repeated import Right
from notesite.snippets.yaml.yaml_fault import Fault, Form, Judgement, Lines

from ...lib.light import Any, Final
from . import evidence
from .evidence import HEAD, PARTS_OF_OBJECTS, Around, kinds_said, said
from .infer import SURE_OF_PRIOR, Candidate, Guess, Inference, confidence
from .rules import network as meaning_network
from .rules import table
from .rules.rule import Here
from .schema.definitions import Shape, bundled
from .schema.definitions import table as words
from .schema.kinds import Kind, deprecation, foreign, is_of_others, kind_of, removal, unknown_kind
from .schema.placeholders import is_elided
from .schema.values import Found
from .schema.walk import Walk

DEFAULT_VERSIONS: Final = tuple(f"1.{minor}" for minor in range(25, 38))
Extra = Mapping[tuple[str, str], Mapping[str, Any] | None]  # (apiVersion, kind) -> JSON schema of the whole object

_REMARK = "`//` begins no comment in YAML: write `#`"
_MOST_DOCUMENTS = 100  # in one snippet
_MOST_TWINS = 6  # definitions that all have to agree on a fault of meaning


def judge(
    documents: Sequence[Node],
    text: str,
    *,
    headings: Sequence[str] = (),
    lead: str = "",
    following: str = "",
    hint: str | None = None,
    versions: tuple[str, ...] = DEFAULT_VERSIONS,
    extra: Extra | None = None,
) -> tuple[Judgement, ...]:
    """What each document of a snippet is, and what is wrong with it.

    `documents` are the root nodes of `text`; `headings` those above the snippet, outermost first; `lead` is the
    sentence before it, `following` the text of the next one; `hint` is the name of a definition (`Container`) that the
    author says it is a part of.  Raises ValueError on a version that is not bundled.
    """
    around = Around(tuple(headings), lead, text, following)
    snippet = _Snippet(text, versions=versions, around=around, hint=hint, extra=extra or {})
    snippet.heads = len(documents) > 1 and sum(fields(node).keys() <= HEAD for node in documents) > 1
    judged = [
        snippet.document(node) if index < _MOST_DOCUMENTS else Judgement("unknown", skipped="too many documents")
        for index, node in enumerate(documents)
    ]
    if len(documents) > 1:
        kinds = [judgement.gvk[1] if judgement.gvk else "" for judgement in judged]
        for index, found in meaning_network.between(list(zip(kinds, documents, strict=True)), snippet.selected):
            judged[index] = snippet.added(judged[index], found)
    return tuple(judged)


class _Snippet:
    """What all documents of one snippet share."""

    def __init__(self, text: str, *, versions: tuple[str, ...], around: Around, hint: str | None, extra: Extra) -> None:
        self.text = text
        self.schema = bundled()
        self.selected = self.schema.selected(versions)
        self.newest = 1 << (self.selected.bit_length() - 1)
        self.around = around
        self.hint = hint
        self.extra = extra
        self.heads = False  # whether it shows several documents with nothing but names in them
        self.custom = frozenset(name for names in extra for name in names)  # apiVersions and kinds

    @cached_property
    def lines(self) -> list[str]:
        """The text's lines."""
        return self.text.split("\n")

    @cached_property
    def places(self) -> Lines:
        """The way from an index in the text to its line and column."""
        return Lines(self.text)

    @cached_property
    def elided(self) -> bool:
        """Whether the text leaves something out and says so."""
        return is_elided(self.text)

    def document(self, node: Node) -> Judgement:
        """The judgement of one document."""
        if not isinstance(node, CollectionNode) or not node.value:
            return Judgement("unknown", skipped="no mapping and no list")
        kind = kind_of(node)
        if not kind.kind:  # `type: Pod`, where `kind` is meant
            typed = kind_of(node, "type")
            kind = typed if f"{typed.api_version} {typed.kind}" in self.schema.kinds else kind
        if kind.api_version and kind.kind:
            if get(node, "name") is not None:  # a reference to an object has these keys, too
                numbers = [number for name in words("walk")["references"] for number in self.schema.named(name)]
                guess = Inference(self.schema, self.selected).forced(node, numbers)
                if guess and not guess.best.faults:
                    return self._settled(node, guess, sure=True)
            return self._manifest(node, kind, kind.api_version, kind.kind)
        if self.hint is not None:
            return self._hinted(node, self.hint)
        if other := foreign(node):
            return Judgement("plain", skipped=f"{other}, not Kubernetes")
        return self._half_named(node, kind) or self._fragment(node)

    # --- manifests

    def _manifest(self, node: Node, kind: Kind, api_version: str, name: str) -> Judgement:
        gvk = (api_version, name)
        custom = self.extra.get(gvk)
        if custom is not None:
            from .schema import crds  # noqa: PLC0415  # most notes define no types

            return self._whole(node, crds.shape(name, custom, self.schema), gvk)
        if gvk in self.extra:
            return Judgement("manifest", skipped=f"{name} ({api_version}) is a custom resource", gvk=gvk)
        if gvk == ("v1", "List"):
            return self._list(node)
        number = self.schema.kinds.get(f"{api_version} {name}")
        if number is None:
            return self._unknown(node, kind, api_version, name)
        shape = self.schema.shape(number)
        extra = []
        place = kind.api_version_node or node
        gone = shape.absent & self.selected
        if gone:
            message = removal(api_version, name) if shape.absent & self.newest else ""
            since = f"{name} is in {api_version} in {self.schema.spoken(self.schema.every & ~shape.absent)} only"
            # An API that is not there in the newest version chosen was removed; else it is new.
            code = "K_REMOVED" if gone & self.newest else "K_VERSION"
            extra.append(Found(code, message or since, place, gone))
        elif old := deprecation(api_version, name):
            extra.append(Found("K_DEPRECATED", old, kind.kind_node or node, self.selected))
        return self._whole(node, shape, gvk, extra)

    def _whole(self, node: Node, shape: Shape, gvk: tuple[str, str], extra: Sequence[Found] = ()) -> Judgement:
        found, too_large = self._faults(shape, [node], gvk[1])
        if too_large:
            return Judgement("manifest", (shape.short,), skipped="too large or too deep to be checked", gvk=gvk)
        named = {id(one.node) for one in extra}
        return self._named(node, shape, [*extra, *(one for one in found if id(one.node) not in named)], gvk)

    def _named(self, node: Node, shape: Shape, found: Sequence[Found], gvk: tuple[str, str] | None) -> Judgement:
        printed = bool(found) and evidence.is_printed(node, self.around)  # then it was whole
        codes = ("K_REQUIRED", "K_BASE64") if printed else ("K_REQUIRED",)
        lacking = [fault for fault in found if fault.code in codes or (fault.code == "K_RESTART" and fault.field)]
        shown = fields(node).keys()
        names_only = gvk is not None and (shown <= {"apiVersion", "kind"} or (self.heads and shown <= HEAD))
        part = lacking and (printed or evidence.is_part(node, shape, lacking, self.around))
        patch = bool(found) and self.around.is_of_a_patch()
        if part or patch or printed:  # what labels and mounts are meant for is left out
            found = [fault for fault in found if fault.code not in ("K_SELECTOR", "K_VOLUME") or fault.replacement]
        if lacking and (names_only or patch or part):  # one cause, one fault
            few = shown <= HEAD or len(shown) <= evidence.FEW
            form = names_only or patch or printed or few or evidence.gaps(node)  # or one to be filled in
            others = [fault for fault in found if fault not in lacking]
            told = [fault for fault in lacking if fault.code == "K_REQUIRED"][:1]
            found = others if form or others else told
            if names_only and not found:
                return Judgement("manifest", (shape.short,), skipped="only its kind is shown", gvk=gvk)
        required = Severity.INFO if part else Severity.ERROR
        return self._judgement("manifest", (shape.short,), found, gvk=gvk, required=required)

    def _list(self, node: Node) -> Judgement:
        """A `v1 List`, whose items are manifests."""
        judged = [self.document(item) for item in items(get(node, "items"))]
        faults = _in_order({fault for judgement in judged for fault in judgement.faults})
        skipped = "; ".join(judgement.skipped for judgement in judged if judgement.skipped)
        valid = judged[0].valid if judged and len({judgement.valid for judgement in judged}) == 1 else ""
        return Judgement("manifest", ("List",), faults=faults, valid=valid, skipped=skipped, gvk=("v1", "List"))

    def _unknown(self, node: Node, kind: Kind, api_version: str, name: str) -> Judgement:
        unknown = unknown_kind(self.schema, api_version, name)
        gvk = (api_version, name)
        if not unknown.code:
            return Judgement("manifest", skipped=unknown.message, gvk=gvk)
        place = (kind.kind_node if unknown.at_kind else kind.api_version_node) or node
        known = Found(unknown.code, unknown.message, place, self.selected, replacement=unknown.replacement)
        meant = (api_version, unknown.replacement) if unknown.at_kind else (unknown.replacement, name)
        number = self.schema.kinds.get(f"{meant[0]} {meant[1]}")
        if number is None:
            return self._judgement("manifest", (name,), [known], gvk=gvk)
        return self._whole(node, self.schema.shape(number), gvk, [known])

    def _half_named(self, node: Node, kind: Kind) -> Judgement | None:
        """A manifest that lacks its apiVersion or its kind; None when it is something else."""
        names = fields(node).keys()
        if not (kind.kind or kind.api_version) or not names & PARTS_OF_OBJECTS:
            return None
        if is_of_others(self.schema, kind) or self.custom & {kind.api_version, kind.kind}:
            return Judgement("plain", skipped="a kind of object that Kubernetes does not have")
        lacking, said = ("apiVersion", kind.kind) if kind.kind else ("kind", kind.api_version)
        place = bool(kind.kind)  # of what it says, in names such as `apps/v1 Deployment`
        known = [name for name in self.schema.kinds if name.split(" ")[place] == said and not name.endswith("List")]
        shapes = [self.schema.shape(self.schema.kinds[name]) for name in known]
        fitting = [shape for shape in shapes if names <= shape.fields.keys() and not shape.absent & self.newest]
        if not fitting:
            return None
        guess = Inference(self.schema, self.selected).forced(node, [shape.number for shape in fitting])
        if guess is None:
            return None
        shape = guess.best.shape
        found, _ = self._faults(shape, [node], shape.short)
        message = f'missing required field "{lacking}" in {shape.short}'
        missing = Found("K_REQUIRED", message, node.value[0][0], self.selected, shape=shape, field=lacking)
        return self._named(node, shape, [missing, *found], None)

    def _hinted(self, node: Node, hint: str) -> Judgement:
        numbers = self.schema.named(hint)
        if not numbers:
            return Judgement("unknown", skipped=f'the hint names no definition of Kubernetes: "{hint}"')
        guess = Inference(self.schema, self.selected).forced(node, numbers[:4])
        if guess is None:
            return Judgement("unknown", skipped="no mapping and no list of mappings")
        return self._settled(node, guess, sure=True)

    def _fragment(self, node: Node) -> Judgement:
        said = kinds_said(self.around.headings)
        # Most fragments stand in a Pod.
        favoured = (*said, self.schema.kinds["v1 Pod"]) if said else ()
        guess = Inference(self.schema, self.selected, favoured).guess(node)
        if guess is None:
            return Judgement("unknown", skipped="no definition of Kubernetes has these keys")
        if guess.parts and isinstance(node, MappingNode):
            return self._parts(node, guess)
        judged = self._settled(node, guess, sure=False)
        pieces = evidence.pieces(node, self._gap) if judged.faults else []
        if len(pieces) > 1:
            told = {(fault.code, fault.line) for piece in pieces for fault in self._fragment(piece).faults}
            judged = judged._replace(faults=tuple(fault for fault in judged.faults if (fault.code, fault.line) in told))
        return judged

    def _settled(self, node: Node, guess: Guess, *, sure: bool) -> Judgement:
        best = guess.best
        roots = list(node.value) if isinstance(node, SequenceNode) else [node]
        found, _ = self._faults(best.shape, roots)
        found = self._agreed(found, guess.accepted, roots)
        names = tuple(dict.fromkeys(candidate.shape.short for candidate in guess.accepted))
        if found and not sure:
            most = confidence(guess, node, self.schema, self.around)
            new = {(one.code, id(one.node)) for one in found} == {("K_VERSION", id(key)) for key, _ in pairs(node)}
            if most is None or new:
                return Judgement("unknown", skipped="it resembles no definition of Kubernetes closely enough")
            return self._judgement("fragment", names, found, most=most)
        return self._judgement("fragment", names, found)

    def _agreed(self, found: list[Found], accepted: Sequence[Candidate], roots: Sequence[Node]) -> list[Found]:
        """Faults of meaning and of version count only when they are ones for every definition that fits."""
        for candidate in accepted[1:_MOST_TWINS]:
            if not found:
                break
            others, _ = self._faults(candidate.shape, roots)
            same = set(map(said, others))
            found = [fault for fault in found if fault.code in ("K_FIELD", "K_TYPE", "K_VALUE") or said(fault) in same]
        return found

    def _parts(self, node: MappingNode, guess: Guess) -> Judgement:
        (one, first), (two, second) = guess.parts
        names = (one.shape.short, two.shape.short)
        keys = [key for key, _ in node.value]
        leads = keys[0].value in first
        place = next(key for key in keys if (key.value in first) != leads)
        # The later part is the one that lost its indentation, when it can stand right under a key of the other.
        (ours, theirs), fields = ((one.shape, two.shape), first) if leads else ((two.shape, one.shape), second)
        types = [ours.fields[name].type for name in fields]
        held = {type_.target for type_ in types} | {type_.inner.target for type_ in types if type_.inner}
        if self._gap(place) or theirs.number not in held or self.around.is_of_others():
            return self._judgement("parts", names, ())
        message = f'"{place.value}" belongs to {theirs.short}, not to {ours.short}: is it indented as meant?'
        weak = one.prior < SURE_OF_PRIOR or two.prior < SURE_OF_PRIOR
        return self._judgement("parts", names, [Found("K_INDENT", message, place, self.selected, mild=weak)])

    def _gap(self, key: Node) -> bool:
        """Whether a blank line or a comment stands right above a key."""
        above = self.lines[key.start_mark.line - 1].strip() if key.start_mark.line else ""
        return not above or above.startswith("#") or is_elided(above)

    # --- faults

    def _faults(self, shape: Shape, roots: Sequence[Node], kind: str = "") -> tuple[list[Found], bool]:
        """Everything wrong with these nodes as this definition, and whether they were too large to tell.

        Without a `kind` they are the roots of a fragment, which may leave out anything.
        """
        partial = frozenset() if kind else frozenset(map(id, roots))
        right = None
        # What is right in one manifest is right in the next; only a StatefulSet's Pods may use what stands above them.
        if kind not in ("", "StatefulSet"):
            right = Right.within(self.text, kind, self.selected, self.custom)
        walk = Walk(self.schema, self.selected, right=right)
        for root in roots:
            walk.root(shape, root)
        found = [*walk.faults]
        # One cause, one fault: what has the wrong type is not held against the rules as well, nor is said to stand twice again.
        told = ("K_TYPE", "K_VALUE", "K_QUANTITY", "K_TWICE")
        known = {fault.node.start_mark.index: fault.code for fault in found if fault.code in told}
        for fault in table.check(Here(kind, self.lines, self.selected, partial, walk.meant, self.custom, walk.visited)):
            code = known.get(fault.node.start_mark.index)
            if code is None or (code == "K_TWICE" and fault.code != "K_TWICE"):
                found.append(fault)
        if partial:
            found = [
                f
                for f in found
                if not evidence.is_left_out(f, roots) and not (f.code == "K_UNION" and self._gap(f.node))
            ]
        found = found and evidence.causes(found)
        if right is not None and not found and not walk.too_large:
            right.remember()
        return found, walk.too_large

    def _judgement(
        self,
        form: Form,
        definitions: tuple[str, ...],
        found: Sequence[Found],
        *,
        gvk: tuple[str, str] | None = None,
        most: Severity = Severity.ERROR,
        required: Severity = Severity.WARNING,
    ) -> Judgement:
        if not found:  # nearly always
            return Judgement(form, definitions, (), self.schema.spoken(self.selected), "", gvk)
        if any(fault.code == "K_TYPE" and not fault.doubtful and evidence.is_hollow(fault.node) for fault in found):
            return Judgement(form, definitions, skipped="only its shape is shown", gvk=gvk)
        faults = []
        invalid = 0
        both = evidence.other_ways(found, definitions if form == "manifest" else (), self.schema, self._gap)
        filled_in = evidence.names_to_fill_in(found, self.text)
        for fault in (fault for fault in found if fault not in (*both, *filled_in)):
            severity = self._severity(fault, Severity.INFO if both else most, required)
            if severity is None:
                continue
            faults.append(self._fault(fault, severity))
            if not fault.mild and (severity is not Severity.INFO or fault.code in ("K_VERSION", "K_REMOVED")):
                invalid |= fault.versions
        valid = self.schema.spoken(self.selected & ~invalid)
        return Judgement(form, definitions, _in_order(set(faults)), valid, "", gvk)

    def _severity(self, fault: Found, most: Severity, required: Severity) -> Severity | None:
        """How bad a fault is here; None to leave it out."""
        severity = CODES[fault.code].severity
        # A flaw of old definitions: servers did not ask for it.
        flaw = fault.code == "K_REQUIRED" and not fault.versions & self.newest
        lost = isinstance(fault.node, CollectionNode) or (fault.code in evidence.MAY_BE_LEFT_OUT and not fault.slip)
        new = fault.code == "K_FIELD" and not fault.slip and self.around.is_of_a_proposal()
        new |= fault.code == "K_VERSION" and self.around.names_a_version(self.lines[fault.node.start_mark.line])
        if flaw or fault.doubtful or new or (self.elided and lost):
            return None  # what is missing, or the key or dash that a field stands under
        if fault.code == "K_REQUIRED":
            severity = required
        partly = fault.code == "K_REQUIRED" and fault.versions != self.selected
        if (fault.mild or partly) and severity is Severity.ERROR:
            severity = Severity.WARNING
        if self.elided and not fault.slip:
            severity = Severity.INFO
        if fault.code == "K_REMOVED" and fault.versions != self.selected:
            severity = Severity.WARNING
        elif fault.versions != self.selected and not fault.versions & self.newest:
            severity = Severity.INFO
        return severity if severity.rank >= most.rank else most

    def _fault(self, fault: Found, severity: Severity) -> Fault:
        line, column = self.places.place(fault.node.start_mark.index)
        remark = fault.node.value.find(" //") if isinstance(fault.node, ScalarNode) and not fault.node.style else -1
        if remark > 0:
            return Fault(fault.code, _REMARK, line, column + remark + 1, 2, severity, "#")
        length = width(fault.node) if isinstance(fault.node, ScalarNode) else 1
        return Fault(fault.code, fault.message, line, column, length, severity, fault.replacement)

    def added(self, judgement: Judgement, found: Found) -> Judgement:
        """The judgement with one more fault."""
        more = self._judgement(judgement.form, judgement.definitions, [found], gvk=judgement.gvk)
        faults = _in_order({*judgement.faults, *more.faults})
        return judgement._replace(faults=faults, valid=judgement.valid if found.mild else "")


def _in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    told = sorted(faults, key=lambda fault: (fault.line, fault.column, fault.length, fault.code, fault.message))
    habit = next((fault for fault in told if fault.message == _REMARK), None)  # is told once
    return tuple(fault for fault in told if fault is habit or fault.message != _REMARK)
