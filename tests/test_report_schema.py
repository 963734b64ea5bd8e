"""The JSON report keeps to its published description."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from notesite.cli import check

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = json.loads((ROOT / "docs" / "developer" / "report.schema.json").read_text("utf-8"))
NOTES = """# T

## A

```yaml
apiVersion: v1
kind: Pod
spec: {containers: [{nam: x}]}
```

```sh
kubectl delete nginx-pod
```

## B

```yaml
apiVersion: example.com/v1
kind: Unknown
```
"""


def test_a_report_with_findings_and_skipped_blocks_is_as_described(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text(NOTES, "utf-8")
    assert check.check_snippets([str(notes), "--config", str(ROOT / "mkdocs.yml"), "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    assert report["summary"]["errors"] >= 1
    assert {found.get("replacement") for found in report["diagnostics"]} >= {"name", "kubectl delete pod nginx-pod"}
    assert report["summary"]["skipped"] == len(report["skipped"]) == 1


def test_the_description_refuses_what_it_does_not_name() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate({"version": 1, "summary": {}, "diagnostics": []})
