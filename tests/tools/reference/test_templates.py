from collections.abc import Sequence

import pytest

from tools.reference.document import Leaf, MethodRow
from tools.reference.templates import Template, Vocabulary, vote

TEXT = """
Backups and the delimiter of a consistencygroups query, os-consoles, metadata-definition, a {tenant_id} and a {backup_id}.
backups delimiter marker limit name enabled domain_id v2 users
"""


def template(*uris: str, text: str = TEXT) -> Template:
    copies = rows(uris)
    leaf = Leaf("1.1.1", "", "", "", copies, ())
    return vote(copies, Vocabulary(text, [leaf]))


def rows(uris: Sequence[str]) -> tuple[MethodRow, MethodRow, MethodRow]:
    own, section, chapter = (MethodRow("GET", uri, "") for uri in (*uris, uris[-1], uris[-1])[:3])
    return own, section, chapter


@pytest.mark.parametrize(
    ("printed", "path", "query"),
    [
        (["/v2/{tenant_id}/back-ups"], "/v2/{tenant_id}/backups", ()),
        (["/v2/{tenant_id}/backups {?limit, marker}"], "/v2/{tenant_id}/backups", ("limit", "marker")),
        (["<code>/v2/users{?delim-iter}</code>"], "/v2/users", ("delimiter",)),
        (["/v2/users{?domain_id,name(enabled)}"], "/v2/users", ("domain_id", "name", "enabled")),
        (["/v2/os-soles", "/v2/os-con- soles", "/v2/os-soles"], "/v2/os-consoles", ()),
        (["/v2/bakcups", "/v2/backups", "/v2/backups"], "/v2/backups", ()),
        (["/v2/backups/{", "/v2/backups/{backup_id}", "/v2/backups/{backup_id}"], "/v2/backups/{backup_id}", ()),
        (["/v2/metadata-definition"], "/v2/metadata-definition", ()),
    ],
)
def test_a_damaged_copy_is_outvoted_or_mended(printed: list[str], path: str, query: tuple[str, ...]) -> None:
    found = template(*printed)
    assert (found.path, found.query) == (path, query)


def test_a_template_that_only_one_copy_says_is_not_confirmed() -> None:
    assert template("/v2/users", "/v2/users", "/v2/other").confirmed
    assert not template("/v2/users", "/v2/backups", "/v2/limit").confirmed


def test_a_hostile_template_takes_no_time() -> None:
    assert template("/" + "a{" * 5000).path.startswith("/a")
