"""Tables: which column a header is for, and the way from a row to the section that it names."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ..render.tree import OWN
from ..site.plan import Page
from ..site.section_names import Names, places_in


def finish_tables(root: ET.Element, page: Page | None, names: Names) -> None:
    """Give headers their scope; on a page of the notes also link rows.  Words and cells stay as they are."""
    for table in root.iter("table"):
        for header in table.iter("th"):
            header.set("scope", "col")
        if page is None:
            continue
        for row in table.iter("tr"):
            first = next(iter(row), None)
            if first is not None and first.tag == "td" and first.find(".//a") is None:
                _link(first, page, names)


def _link(cell: ET.Element, page: Page, names: Names) -> None:
    """Links beside the cell's words; the style lays a single one over the whole cell."""
    targets = [
        (name, place)
        for name, place in places_in("".join(cell.itertext()), names)
        if place.page.uri != page.uri or place.id
    ]
    size = "" if len(targets) == 1 else " notes-row-link--small"
    for name, place in targets:
        attributes = {"class": f"notes-row-link{size}", "href": place.link_from(page), "aria-label": f"Section {name}"}
        if size:
            attributes["data-name"] = name
        ET.SubElement(cell, "a", {**attributes, "data-added": "", "data-search-exclude": "", OWN: ""})
