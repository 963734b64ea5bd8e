"""Kubernetes: are the YAML documents of a snippet right, whole manifests or fragments?

documents = list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
for judgement in judge(documents, text, headings=("Config Maps",)):
    print(judgement.form, judgement.definitions, judgement.valid, judgement.faults)
"""

from .judge import DEFAULT_VERSIONS, Extra, judge, known_definition
from .judgement import Fault, Form, Judgement
from .schema.crds import from_definition

__all__ = ["DEFAULT_VERSIONS", "Extra", "Fault", "Form", "Judgement", "from_definition", "judge", "known_definition"]
