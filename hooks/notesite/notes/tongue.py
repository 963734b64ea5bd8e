"""The language that the notes are written in, from the words that every text of it has, or from its script."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ..lib.light import bundled_text, lazy
from .document import LEAVES, walk, words
from .model import Notes

_LETTERS = lazy(r"[^\W\d_]+")
_SHARE = 0.06  # of all words that are among the commonest of a language
_DIFFERENT = 3  # of them at least
_HITS = 10  # times that they stand there at least, a few words being anybody's, unless they are
_DENSE = 0.2  # of all words
_AHEAD = 1.25  # times as many as of any other language
_SCRIPT_SHARE = 0.2  # of all letters
_MOST = 50_000  # characters that are looked at


def language_of(notes: Notes) -> str:
    """The code of the language ("de"), "" when the words do not tell."""
    prose = " ".join(_texts(notes))[:_MOST].lower()
    wide = re.sub(r"[\x00-\x7f]+", "", prose)  # where such scripts can be
    letters = sum(map(len, _LETTERS.findall(prose))) if wide else 0
    # Scripts of one language, or nearly; the others share theirs and are told apart by words.
    for row in bundled_text(__name__, "scripts.tsv").splitlines():  # Japanese has Chinese letters too: kana come first
        code, _, script = row.partition("\t")
        share = _SCRIPT_SHARE / 4 if code == "ja" else _SCRIPT_SHARE
        if len(re.findall(script, wide)) > share * letters > 0:
            return code
    found = _LETTERS.findall(re.sub(r"https?://\S+", " ", prose))
    counts = Counter(found)
    variety: Counter[str] = Counter()
    scores: Counter[str] = Counter()
    for row in bundled_text(__name__, "languages.tsv").splitlines():
        code, _, common = row.partition("\t")
        scores[code] = sum(counts[word] for word in set(common.split()))
        variety[code] = sum(word in counts for word in set(common.split()))
    (best, most), (_, next_most) = scores.most_common(2)
    enough = variety[best] >= _DIFFERENT and most >= min(max(_HITS, _SHARE * len(found)), max(_DENSE * len(found), 1))
    return best if enough and most >= _AHEAD * next_most else ""


def _texts(notes: Notes) -> Iterator[str]:
    size = 0
    for leaf in walk(notes.blocks):
        if size >= _MOST:
            return
        if leaf.kind in LEAVES:
            yield (text := words(leaf.children, " "))
            size += len(text)
