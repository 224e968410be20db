"""The operation catalog: all operations of the reference, by their ids, with their examples.

Its data stands beside this module, one operation or example a line, in the order of the document: `operations.jsonl` is
read at every start, `examples.jsonl` only when an example is asked for.
"""

from __future__ import annotations

import functools
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

import msgspec

from cloudtape.openstack.errors import CatalogDataError, UnknownOperation
from cloudtape.openstack.operations import Example, Operation

DATA = Path(__file__).parent / "data"
OPERATIONS, EXAMPLES = "operations.jsonl", "examples.jsonl"


class OperationCatalog:
    """All operations, in the order of the document. `read_examples` is called when an example is first asked for."""

    def __init__(self, operations: Iterable[Operation], read_examples: Callable[[], Iterable[Example]] = tuple) -> None:
        self.operations = tuple(operations)
        self._read_examples = read_examples
        self._by_id = {one.id: one for one in self.operations}

    def get(self, operation_id: str) -> Operation:
        """The operation with an id. Raises UnknownOperation."""
        try:
            return self._by_id[operation_id]
        except KeyError:
            raise UnknownOperation(operation_id, get_close_matches(operation_id, self._by_id)) from None

    def examples_of(self, operation: Operation) -> list[Example]:
        """The examples of an operation in the order of the document. Raises CatalogDataError."""
        return self._examples.get(operation.section, [])

    @functools.cached_property
    def examples(self) -> tuple[Example, ...]:
        """All examples, in the order of the document. Raises CatalogDataError."""
        return tuple(self._read_examples())

    @functools.cached_property
    def _examples(self) -> dict[str, list[Example]]:
        found: defaultdict[str, list[Example]] = defaultdict(list)
        for one in self.examples:
            found[one.section].append(one)
        return found


def load_catalog(folder: Path = DATA) -> OperationCatalog:
    """The catalog whose data is in a folder, by default the one of this package. Raises CatalogDataError."""
    return OperationCatalog(_read(folder / OPERATIONS, Operation), lambda: _read(folder / EXAMPLES, Example))


@functools.cache
def default_catalog() -> OperationCatalog:
    """The catalog that the package brings along, read once."""
    return load_catalog()


def save_catalog(operations: Sequence[Operation], examples: Sequence[Example], folder: Path = DATA) -> None:
    """Write the catalog's data: both files whole, or none. Raises OSError."""
    encode = msgspec.json.Encoder().encode_lines
    folder.mkdir(parents=True, exist_ok=True)
    texts = {OPERATIONS: encode(list(operations)), EXAMPLES: encode(list(examples))}
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        for name, text in texts.items():
            (Path(scratch) / name).write_bytes(text)
        for name in texts:
            (Path(scratch) / name).replace(folder / name)


Entry = TypeVar("Entry", Operation, Example)


def _read(path: Path, kind: type[Entry]) -> list[Entry]:
    try:
        return msgspec.json.Decoder(kind).decode_lines(path.read_bytes())
    except (OSError, msgspec.DecodeError, ValueError) as error:
        raise CatalogDataError(f"{path.name}: {error}") from error
