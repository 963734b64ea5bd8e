"""JUnit XML: what every CI server reads.

One test case for each finding (errors and warnings are failures; infos are passed cases with their text as output)
and one skipped case for each thing that could not be checked; one more case stands for all that was checked and
found right.  `file` and `line` on a test case
are what pytest's xunit1 family writes, GitLab links, and the schema of Jenkins' xunit plugin (junit-10.xsd) lists.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from ..diagnostic import Diagnostic, Report, Severity, Skipped
from . import Context, path_of

# XML 1.0 has no way to write these, not even as references.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report, context: Context) -> str:
    """The report as one test suite."""
    suite = ET.Element("testsuite", name=context.tool)
    for diagnostic in report.diagnostics:
        case = _case(suite, diagnostic, f"{diagnostic.code}: {diagnostic.advised}", context)
        place = f"{path_of(diagnostic, context)}:{diagnostic.span.start}: {diagnostic.advised}\n{diagnostic.help}"
        if diagnostic.severity is Severity.INFO:
            inner = ET.SubElement(case, "system-out")
        else:
            inner = ET.SubElement(case, "failure", type=diagnostic.severity, message=_text(diagnostic.advised))
        inner.text = _text(place)
    for skipped in report.skipped:
        case = _case(suite, skipped, f"could not check {skipped.what}", context)
        ET.SubElement(case, "skipped", message=_text(skipped.reason))
    for accepted in (*report.accepted, *report.ignored):
        case = _case(suite, accepted, f"{accepted.code}: {accepted.advised}", context)
        ET.SubElement(case, "skipped", message="accepted by the baseline or silenced by a comment")
    ET.SubElement(suite, "testcase", classname=context.tool, name=f"{report.checked} checked")
    failures = sum(d.severity is not Severity.INFO for d in report.diagnostics)
    # An error is a test that could not run; a run that could not run writes no report.
    counts = {"tests": str(len(suite)), "failures": str(failures), "errors": "0"}
    suite.attrib |= {**counts, "skipped": str(len(suite.findall("testcase/skipped")))}
    root = ET.Element("testsuites", {"name": context.tool, **counts})
    root.append(suite)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(suite: ET.Element, item: Diagnostic | Skipped, name: str, context: Context) -> ET.Element:
    path, start = path_of(item, context), item.span.start
    # The place is part of the name: many readers take two cases of one name for two runs of one test.
    name = _text(f"{name} ({start})")
    return ET.SubElement(suite, "testcase", classname=_text(path), name=name, file=_text(path), line=str(start.line))


def _text(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
