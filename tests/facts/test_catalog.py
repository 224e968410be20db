import re
from collections import Counter
from pathlib import Path

import pytest

from cloudtape.openstack.catalog import (
    EXAMPLES,
    OPERATIONS,
    OperationCatalog,
    default_catalog,
    load_catalog,
    save_catalog,
)
from cloudtape.openstack.errors import CatalogDataError, UnknownOperation
from cloudtape.openstack.health import health
from cloudtape.openstack.operations import Example, Operation


@pytest.fixture
def catalog() -> OperationCatalog:
    return default_catalog()


def test_data_that_cannot_be_written_leaves_the_old(tmp_path: Path) -> None:
    old = Operation(section="1.1.1", id="a.b", title="", service="a", version="v1", method="GET", path="/")
    save_catalog([old], [], tmp_path)
    (tmp_path / EXAMPLES).unlink()
    (tmp_path / EXAMPLES).mkdir()
    with pytest.raises(OSError, match=EXAMPLES):
        save_catalog([], [], tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.name not in (OPERATIONS, EXAMPLES)]


@pytest.mark.parametrize("damage", [b"{", b'{"section": 1}\n', b"\xff\xfe", b"[]\n"])
def test_damaged_data_is_named(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / OPERATIONS).write_bytes(damage)
    with pytest.raises(CatalogDataError, match=OPERATIONS):
        load_catalog(tmp_path)
    with pytest.raises(CatalogDataError, match=OPERATIONS):
        load_catalog(tmp_path / "nowhere")


def test_974_operations_have_974_names(catalog: OperationCatalog) -> None:
    assert len(catalog.operations) == 974
    assert len({one.id for one in catalog.operations}) == 974
    assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9.-]+)*\.[a-z0-9-]+", one.id) for one in catalog.operations)


@pytest.mark.parametrize(
    ("operation_id", "method", "template"),
    [
        ("compute.servers.create", "POST", "/v2.1/{tenant_id}/servers"),
        ("compute.servers.start", "POST", "/v2.1/{tenant_id}/servers/{server_id}/action"),
        ("block-storage.volumes.list-details", "GET", "/v2/{tenant_id}/volumes/detail"),
        ("identity.v2.0.tokens.authenticate", "POST", "/v2.0/tokens"),
        ("network.networks.list", "GET", "/v2.0/networks"),
        ("object-store.objects.copy", "COPY", "/v1/{account}/{container}/{object}"),
    ],
)
def test_names_read_well(catalog: OperationCatalog, operation_id: str, method: str, template: str) -> None:
    one = catalog.get(operation_id)
    assert (one.method, one.path) == (method, template)


def test_an_unknown_name_is_told_with_those_near_it(catalog: OperationCatalog) -> None:
    with pytest.raises(UnknownOperation, match=r"compute\.servers\.create"):
        catalog.get("compute.server.create")


def test_examples_carry_where_they_come_from(catalog: OperationCatalog) -> None:
    kinds = Counter(one.provenance.split(":")[0] for one in catalog.examples if one.format == "json")
    assert sum(kinds.values()) == 1086
    assert set(kinds) <= {"clean", "repaired", "given-up"}
    given_up = Example(section="1.1.1", side="request", name="", format="json")
    assert (given_up.provenance, given_up.value) == ("given-up", None)


def test_examples_are_read_when_first_asked_for() -> None:
    read = []

    def examples() -> list[Example]:
        read.append(1)
        return []

    catalog = OperationCatalog(default_catalog().operations, examples)
    catalog.get("compute.servers.list")
    assert read == []
    catalog.examples_of(catalog.operations[0])
    catalog.examples_of(catalog.operations[1])
    assert read == [1]


def test_health_counts_every_operation_and_example_once(catalog: OperationCatalog) -> None:
    *chapters, total = health(catalog)
    assert [row.operations for row in chapters] == [
        80,
        26,
        223,
        27,
        57,
        79,
        37,
        4,
        15,
        48,
        60,
        11,
        21,
        133,
        16,
        48,
        72,
        17,
    ]
    assert total.operations == 974
    assert total.clean + total.rewritten + total.rebuilt + total.given_up == 1086
    assert total.other == 1266 - 1086
    assert total.given_up <= 8
    assert total.confirmed >= 970
    for name in ("operations", "clean", "rebuilt", "other"):
        assert sum(getattr(row, name) for row in chapters) == getattr(total, name)
