"""What is known by its form alone, whatever surrounds it: the rows of `data/forms.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cloudtape.cassettes.scanning.rows import ScanRow, rows

FORMS = rows("forms.yaml", "", re.DOTALL)


def forms(text: str) -> Iterator[tuple[ScanRow, str]]:
    for form in FORMS:
        if form.mark in text:
            for match in form.pattern.finditer(text):
                yield form, match["v"] if "v" in form.pattern.groupindex else match[0]
