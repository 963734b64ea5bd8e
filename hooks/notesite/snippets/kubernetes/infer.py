"""Which definition a fragment is a part of.

Every definition that owns one of the root keys is compared with the whole fragment, down to the leaves.  What matches
counts by its rarity (`securityContext` says more than `name`), what does not match counts against it.  The candidates
without a fault that come close to the best one are all accepted: twins (`Deployment` and `ReplicaSet` specs) cannot be
told apart, so nothing is pretended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from notesite.diagnostics.diagnostic import Severity
from notesite.snippets.yaml.mappings import pairs

from ...lib.light import NamedTuple
from ...lib.nearest import edits, squeezed
from .evidence import Around, Sound, has_keys_of_others
from .schema.definitions import Schema, Shape, table
from .schema.values import Found
from .schema.walk import Walk

_UNLISTED = -3.0
_PRIOR = 0.35  # weight of a prior against that of a matched field
_ACCEPTED = 2.5  # how far behind the best a clean candidate may be
_EXPLAINS_FAR_MORE = 8.0  # a faulty candidate beats the clean ones when it is better by this much
_PENALTY = {"K_FIELD": 6.0, "K_TYPE": 7.0, "K_VALUE": 5.0, "K_REQUIRED": 3.0}
_SLIP = 3.0
_NAMED, _INSIDE_NAMED = 1.5, 0.5  # for kinds that headings name and their specs; for what can stand inside them
_MOST_CANDIDATES = 80
_MOST_ITEMS, _MOST_KEYS = 50, 200  # of a fragment, to find out what it is
_MOST = 0.75  # of the root keys
_LITTLE = 4.0  # evidence, in points of a candidate's fit
# The weight of what has to be right for a fault to be told: without and with words around that name the kind, for
# slips of the pen and for blunders; and where another program's words or keys are there.
_NEED = ((3.0, 8.0), (0.5, 2.0))
_NEED_FOREIGN = 30.0
SURE_OF_PRIOR = 0.0

Memo = dict[tuple[int, int], tuple[float, list[Found], Node]]


class Candidate(NamedTuple):
    """A definition compared with a fragment."""

    shape: Shape
    score: float
    faults: list[Found]  # those that count: in every version, not for want of root fields, not placeholders
    matched: int  # root keys that the definition has
    blunders: int  # faults that are no slips

    @property
    def prior(self) -> float:
        """How common the definition is."""
        return prior(self.shape)

    @property
    def fit(self) -> float:
        """The score without regard to how common the definition is."""
        return self.score - _PRIOR * prior(self.shape)


class Guess(NamedTuple):
    """Where a fragment belongs."""

    best: Candidate
    accepted: tuple[Candidate, ...] = ()
    parts: tuple[tuple[Candidate, tuple[str, ...]], ...] = ()


def prior(shape: Shape) -> float:
    """How common a definition is in notes, from the hand-written table."""
    found: float = table("priors")["priors"].get(shape.short, _UNLISTED)
    return found


class Inference:
    """The search for one fragment; `favoured` are definitions that its surroundings speak for."""

    def __init__(self, schema: Schema, selected: int, favoured: Sequence[int] = ()) -> None:
        self.schema = schema
        self.selected = selected
        self.favoured = favoured  # numbers of kinds
        self.memo: Memo = {}

    def guess(self, node: Node) -> Guess | None:
        """The definition of a mapping or of the items of a list."""
        candidates = self.candidates(node)
        if not candidates:
            return None
        best = candidates[0]
        clean = [candidate for candidate in candidates if not candidate.faults]
        if clean:
            first = clean[0]
            if not (best.faults and best.score > first.score + _EXPLAINS_FAR_MORE):
                fits = max(c.fit for c in clean) - _ACCEPTED
                accepted = tuple(c for c in clean if c.score >= first.score - _ACCEPTED or c.fit >= fits)
                return Guess(first, accepted)
        elif isinstance(node, MappingNode):
            single = self._single(candidates, len(node.value))
            parts = None if single else self._split(node)
            if parts is not None:
                return parts
            best = single or best
        close = (
            c for c in candidates if c.faults and c.score >= best.score - 1.0 and len(c.faults) == len(best.faults)
        )
        return Guess(best, tuple(close) or (best,))

    def forced(self, node: Node, numbers: Sequence[int]) -> Guess | None:
        """The best of these definitions, whatever else would fit."""
        nodes = _mappings(node)
        found = [self._compare(number, nodes) for number in numbers] if nodes else []
        if not found:
            return None
        best = min(found, key=lambda candidate: (len(candidate.faults), -candidate.score))
        return Guess(best, (best,))

    def candidates(self, node: Node) -> list[Candidate]:
        """All definitions that own a root key and come near the best in number of root keys; best first."""
        nodes = [_sample(item) for item in _mappings(node)[:_MOST_ITEMS]]
        names = {name for item in nodes for name in _names(item)}
        owners: dict[int, int] = {}
        for name in names:
            meant = () if self.schema.owners(name) else _near_keys(self.schema, name)
            for number in {number for key in (name, *meant) for number in self.schema.owners(key)}:
                owners[number] = owners.get(number, 0) + 1
        if not owners:
            return []
        most = max(owners.values())
        pool = [number for number, count in owners.items() if count >= most - 1 or count > 3]
        if len(pool) > _MOST_CANDIDATES:
            pool.sort(key=lambda number: (-owners[number], -prior(self.schema.shape(number)), number))
            # Definitions that own every root key all stay: one of them is the right one.
            full = sum(owners[number] == most for number in pool)
            pool = pool[: max(_MOST_CANDIDATES, full)]
        found = [self._favoured(self._compare(number, nodes)) for number in pool]
        found.sort(key=lambda candidate: (-candidate.score, candidate.shape.short, candidate.shape.number))
        return found

    def _compare(self, number: int, nodes: Sequence[MappingNode]) -> Candidate:
        shape = self.schema.shape(number)
        walk = Walk(self.schema, self.selected, self.memo, weigh=True)
        for node in nodes:
            walk.root(shape, node)
        roots = {id(node.value[0][0]) if node.value else id(node) for node in nodes}
        score = walk.score + _PRIOR * prior(shape)
        faults, blunders = [], 0
        for fault in walk.faults:
            of_spec = fault.shape is not None and fault.shape.short == f"{shape.short}Spec"
            if fault.code == "K_REQUIRED" and (of_spec or (fault.shape is shape and id(fault.node) in roots)):
                score -= 0.5  # a fragment may leave out what its root needs
            elif fault.doubtful:
                score -= 0.2
            elif fault.versions != self.selected:
                score -= 0.3
            else:
                faults.append(fault)
                blunders += not fault.slip and fault.code not in ("K_TWICE", "K_REQUIRED", "K_VERSION")
                score -= _SLIP if fault.slip else _PENALTY.get(fault.code, 2.0)
        meant = {id(fault.node): fault.replacement for fault in faults if fault.code == "K_FIELD"}
        keys = (meant.get(id(key)) or key.value for node in nodes for key, _ in pairs(node))
        matched = sum(name in shape.fields for name in keys)
        return Candidate(shape, score, faults, matched, blunders)

    def _favoured(self, candidate: Candidate) -> Candidate:
        """A push for what the headings speak of; only a push, since headings mislead as often as they help."""
        number = candidate.shape.number
        if any(number == kind or number in self.schema.references(kind) for kind in self.favoured):
            return candidate._replace(score=candidate.score + _NAMED)
        if any(number in self.schema.reach(kind) for kind in self.favoured):
            return candidate._replace(score=candidate.score + _INSIDE_NAMED)
        return candidate

    def _single(self, candidates: Sequence[Candidate], keys: int) -> Candidate | None:
        """A definition with all root keys and little wrong, which is likelier than parts of two."""
        best = candidates[0]
        if best.matched == keys and not best.blunders:
            return best
        return next((c for c in candidates if c.matched == keys and c.blunders <= 1 and c.prior > 0), None)

    def _split(self, node: MappingNode) -> Guess | None:
        """Two related definitions that have all keys between them, neither with a fault."""
        names = list(_names(node))
        if len(names) > _MOST_KEYS:
            return None
        if len(set(names)) != len(names) or not all(map(self.schema.owners, names)):
            return None
        every = frozenset(names)
        groups: dict[frozenset[str], list[int]] = {}
        for number in sorted({number for name in names for number in self.schema.owners(name)}):
            fields = frozenset(name for name in names if number in self.schema.owners(name))
            groups.setdefault(fields, []).append(number)
        best: tuple[float, Candidate, Candidate, frozenset[str]] | None = None
        for pair in combinations(groups, 2):
            for larger, smaller in (pair, pair[::-1]):
                rest = every - larger
                if not rest or not rest <= smaller:
                    continue
                firsts = self._clean_parts(node, larger, groups[larger])
                seconds = self._clean_parts(node, rest, groups[smaller])
                for a, b in product(firsts, seconds):
                    x, y = a.shape.number, b.shape.number
                    is_related = y in self.schema.reach(x) or x in self.schema.reach(y)
                    if is_related and (best is None or a.score + b.score > best[0]):
                        best = a.score + b.score, a, b, larger
        if best is None:
            return None
        _, a, b, larger = best
        first = tuple(name for name in names if name in larger)
        second = tuple(name for name in names if name not in larger)
        parts = ((a, first), (b, second))
        return Guess(a, (a, b), parts=parts if names[0] in larger else parts[::-1])

    def _clean_parts(self, node: MappingNode, names: frozenset[str], numbers: Sequence[int]) -> list[Candidate]:
        own = [(key, value) for key, value in node.value if key.value in names]
        part = MappingNode(node.tag, own, node.start_mark, node.end_mark)
        found = (self._compare(number, [part]) for number in numbers)
        fitting = (c for c in found if all(fault.code == "K_REQUIRED" for fault in c.faults))
        return sorted(fitting, key=lambda c: -c.score)[:6]


def confidence(guess: Guess, node: Node, schema: Schema, around: Around) -> Severity | None:
    """How severe a fault of a fragment may be, by how sure we are of what it is; None: not sure at all."""
    best = guess.best
    roots = sum(len(item.value) for item in (node.value if isinstance(node, SequenceNode) else [node]))
    explained = best.matched / roots if roots else 0.0
    listed = best.prior > SURE_OF_PRIOR
    named = around.names(schema, best.shape.number)
    foreign = around.is_of_others() or has_keys_of_others(node)
    need = _NEED_FOREIGN if foreign else _NEED[named][bool(best.blunders)]
    sound = Sound(schema, best.faults).of(best.shape, node)
    # A field that is unknown in all that a manifest has but its kind may be one of another kind.
    whole = isinstance(node, MappingNode) and {"metadata", "spec"} <= set(_names(node))
    other = whole and any(fault.code == "K_FIELD" and not fault.slip for fault in best.faults)
    # Nor is one that a version had which is gone.
    other |= any(fault.node.value in table("walk")["of removed versions"] for fault in best.faults)
    if other or explained < _MOST or sound < need or not listed or (best.blunders > 1 and not named):
        return None
    return Severity.WARNING if best.blunders > 1 or (best.blunders and best.fit < _LITTLE) else Severity.ERROR


def _mappings(node: Node) -> list[MappingNode]:
    """The mappings at the root of a fragment; none when it is something else."""
    items = node.value if isinstance(node, SequenceNode) else [node]
    mappings = [item for item in items if isinstance(item, MappingNode)]
    return mappings if len(mappings) == len(items) else []


def _sample(node: MappingNode) -> MappingNode:
    """As much of a mapping as tells what it is; all of it, unless somebody makes a point of its length."""
    if len(node.value) <= _MOST_KEYS:
        return node
    return MappingNode(node.tag, node.value[:_MOST_KEYS], node.start_mark, node.end_mark)


def _names(node: MappingNode) -> Iterator[str]:
    return (key.value for key, _ in node.value if isinstance(key, ScalarNode))


def _near_keys(schema: Schema, word: str) -> Iterator[str]:
    """Up to three field names that `word` may be a misspelling of."""
    if not 3 <= len(word) <= 60:
        return
    meant = squeezed(word)
    limit = 1 if len(meant) <= 5 else 2
    found = []
    for name in schema.keys:
        other = squeezed(name)
        if abs(len(other) - len(meant)) <= limit and len(other) >= 3:
            distance = 0 if other == meant else edits(meant, other, limit)
            if distance <= limit:
                found.append((distance, -len(schema.owners(name)), name))
    for _, _, name in sorted(found)[:3]:
        yield name
