"""Records: what `collections` makes of the same fields."""

from __future__ import annotations

import copy
import pickle
from collections import namedtuple
from typing import Any

import pytest

from notesite.diagnostics.diagnostic import Diagnostic
from notesite.lib.light import NamedTuple
from notesite.notes.document import Node
from notesite.notes.model import Fence
from notesite.project.settings import Settings


class Ship(NamedTuple):
    """A record."""

    name: str
    masts: int = 3
    flag: str = ""

    @property
    def title(self) -> str:
        """With its masts."""
        return f"{self.name} ({self.masts})"


LIKE = namedtuple("LIKE", ["name", "masts", "flag"], defaults=[3, ""])  # noqa: PYI024  # the other way to make one


def test_a_record_is_what_a_named_tuple_is() -> None:
    ours: Any = Ship("Anna", flag="red")
    theirs: Any = LIKE("Anna", flag="red")
    assert ours == theirs
    assert hash(ours) == hash(theirs)
    assert repr(ours) == repr(theirs).replace("LIKE", "Ship")
    assert ours._asdict() == theirs._asdict()
    assert ours._replace(masts=2, name="Bea") == theirs._replace(masts=2, name="Bea")
    assert (Ship._fields, Ship._field_defaults) == (LIKE._fields, LIKE._field_defaults)
    assert ours.title == "Anna (3)"
    assert copy.copy(ours) == pickle.loads(pickle.dumps(ours)) == ours  # noqa: S301  # our own words
    match ours:
        case Ship(name, masts):
            assert (name, masts) == ("Anna", 3)


@pytest.mark.parametrize("arguments", [{}, {"name": "a", "sail": 1}])
def test_wrong_fields_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=r"^Ship\.__new__\(\)"):
        Ship(**arguments)
    made: Any = Ship("a")
    with pytest.raises(ValueError, match="sail"):
        made._replace(sail=1)


@pytest.mark.parametrize("kind", [Diagnostic, Node, Fence, Settings])
def test_every_field_is_in_its_place(kind: Any) -> None:
    values = range(len(kind._fields))
    assert [getattr(kind(*values), name) for name in kind._fields] == list(values)
    assert list(kind(**dict(zip(kind._fields, values, strict=True)))) == list(values)


def test_fields_whose_annotations_are_evaluated_later() -> None:
    body: dict[str, Any] = {
        "__module__": __name__,
        "__annotate_func__": lambda _: {"line": int, "column": int},
        "column": 1,
    }
    making: Any = type(NamedTuple)
    place = making("Place", (), body)  # as Python 3.14 makes a class
    assert place(3) == (3, 1)
    assert place._fields == ("line", "column")
