"""Work that a build is spared: each is looked for by what was done, never by a clock."""

from __future__ import annotations

from mkdocs.config import load_config
from site_tools import ROOT

from notesite.plugin.additions import leave_search_to_us


def test_the_search_of_the_theme_reads_no_page() -> None:
    """It would read the HTML of every page for an index that ours takes the place of."""
    config = load_config(str(ROOT / "mkdocs.yml"))
    methods = config.plugins.events["page_context"]
    theirs = config.plugins["material/search"]
    assert any(getattr(method, "__self__", None) is theirs for method in methods)
    leave_search_to_us(config)
    left = config.plugins.events["page_context"]
    assert not any(getattr(method, "__self__", None) is theirs for method in left)
    assert len(left) == len(methods) - 1
