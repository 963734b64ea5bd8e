"""Kubernetes: are the YAML documents of a snippet right, whole manifests or fragments?

documents = list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
for judgement in judge(documents, text, headings=("Config Maps",)):
    print(judgement.form, judgement.definitions, judgement.valid, judgement.faults)
"""

from ..yaml.yaml_fault import Judgement
from .judge import judge
from .schema.definitions import bundled


def bundled_versions(words: tuple[str, ...]) -> tuple[str, ...]:
    """The bundled versions that words such as `1.31.2` and `latest` mean.  Raises ValueError on any other."""
    return tuple(dict.fromkeys(map(bundled().version, words)))


__all__ = ["Judgement", "bundled_versions", "judge"]
