import pytest

from cloudtape.matchers.requests.naming import NameKind, Naming, NamingRow, Position, is_distinctive, loose_stem, stem

ID = "5d3983d4-6d41-478b-8238-8f0f8fc90b9c"
NAMING = Naming()


@pytest.mark.parametrize(
    ("position", "field", "value", "under", "kind"),
    [
        (Position.BODY, "name", "vm-1", ("server",), NameKind.NAME),
        (Position.BODY, "key_name", "key-1", ("server",), NameKind.NAME),
        (Position.BODY, "displayName", "x", (), NameKind.NAME),
        (Position.BODY, "description", "said to people", ("volume",), NameKind.TEXT),
        (Position.BODY, "colour", "blue", ("server", "metadata"), NameKind.TEXT),
        (Position.BODY, "colour", "blue", ("server",), NameKind.OTHER),
        (Position.BODY, "tags", "t-1", ("server", "tags"), NameKind.NAME),
        (Position.BODY, "flavorRef", "42", ("server",), NameKind.OTHER),
        (Position.BODY, "imageRef", ID, ("server",), NameKind.ID),
        (Position.BODY, "project_id", "a" * 32, ("user",), NameKind.WHO),
        (Position.BODY, "cidr", "10.0.0.0/24", ("subnet",), NameKind.ADDRESS),
        (Position.BODY, "cidr", "fd00::/64", ("subnet",), NameKind.ADDRESS),
        (Position.BODY, "remote_ip_prefix", "10.0.0.0/24", ("security_group_rule",), NameKind.OTHER),
        (Position.BODY, "mac_address", "fa:16:3e:00:00:01", ("port",), NameKind.ADDRESS),
        (Position.BODY, "protocol", "tcp", ("security_group_rule",), NameKind.OTHER),
        (Position.BODY, "expires_at", "2026-01-01T00:00:00Z", ("application_credential",), NameKind.VOLATILE),
        (Position.LOGIN, "name", "admin", ("auth", "identity", "password", "user"), NameKind.WHO),
        (Position.LOGIN, "methods", "password", ("auth", "identity", "methods"), NameKind.FIXED),
        (Position.QUERY, "name", "vm-1", (), NameKind.NAME),
        (Position.QUERY, "limit", "10", (), NameKind.FIXED),
        (Position.QUERY, "sort_key", "name", (), NameKind.FIXED),
        (Position.QUERY, "changes-since", "2026-01-01T00:00:00Z", (), NameKind.VOLATILE),
        (Position.QUERY, "prefix", "a/b", (), NameKind.NAME),
        (Position.HEADER, "x-copy-from", "box/o", (), NameKind.NAME),
        (Position.HEADER, "x-object-meta-colour", "blue", (), NameKind.TEXT),
        (Position.HEADER, "range", "bytes=0-1", (), NameKind.PART),
        (Position.HEADER, "range", "lines=0-1", (), NameKind.OTHER),
        (Position.HEADER, "if-none-match", '"' + "0a" * 16 + '"', (), NameKind.ID),
        (Position.HEADER, "if-none-match", "*", (), NameKind.OTHER),
        (Position.HEADER, "x-symlink-target", "c/o", (), NameKind.NAME),
        (Position.CONTENT, "filename", "0a" * 32 + ":5", (), NameKind.BYTES),
        (Position.BODY, "owner_specified.openstack.sha256", "0a" * 32, (), NameKind.ID),
        (Position.BODY, "expires", "1790000000", (), NameKind.VOLATILE),
        (Position.BODY, "expires", "never", (), NameKind.OTHER),
    ],
)
def test_what_may_differ(position: Position, field: str, value: str, under: tuple[str, ...], kind: NameKind) -> None:
    assert NAMING.kind(position, field, value, under) is kind


def test_a_row_speaks_of_numbers_only_where_it_says_so() -> None:
    own = Naming([NamingRow(NameKind.NAME, "ticket"), NamingRow(NameKind.NAME, "count", numbers=True)])
    for field, kind in (
        ("ticket", NameKind.OTHER),
        ("count", NameKind.NAME),
        ("id", NameKind.NAME),
        ("size", NameKind.OTHER),
    ):
        assert own.kind(Position.BODY, field, "17", (), is_number=True) is kind


def test_a_users_rows_go_first_and_change_the_digest() -> None:
    own = Naming(
        [NamingRow(NameKind.FIXED, "name"), NamingRow(NameKind.NAME, "ticket", positions=frozenset({Position.QUERY}))]
    )
    assert own.kind(Position.BODY, "name", "x") is NameKind.FIXED
    assert own.kind(Position.QUERY, "ticket", "x") is NameKind.NAME
    assert own.kind(Position.BODY, "ticket", "x") is NameKind.OTHER
    assert own.digest != NAMING.digest == Naming().digest


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("vol-snap-8f3a1c", "vol-snap-77aa00", True),
        ("tempest-ServersTest-server-1234567", "tempest-ServersTest-server-76543210", True),
        ("tempest-TransfersV355Test-1234567", "tempest-TransfersV357Test-1234567", False),
        ("0123456789abcdef" * 2, "9876543210fedcba" * 2, True),
        ("vol-8f3a", "snap-8f3a", False),
        ("web", "db", False),
    ],
)
def test_two_runs_of_a_test_give_names_with_one_stem(first: str, second: str, same: bool) -> None:
    assert (stem(first) == stem(second)) is same


def test_what_counts_things_is_a_part_of_their_stem_but_not_of_their_loose_stem() -> None:
    assert stem("vm-1") != stem("vm-2")
    assert loose_stem("vm-1") == loose_stem("vm-2") != loose_stem("db-2")


@pytest.mark.parametrize(
    ("name", "distinctive"),
    [("vm-1", True), ("server", False), ("42", False), ("v1", False), ("a b c", True), ("1.5", False)],
)
def test_a_common_word_is_not_distinctive(name: str, distinctive: bool) -> None:
    assert is_distinctive(name) is distinctive


@pytest.mark.parametrize("one", ["a", "ab-", "0", "f0", "a-1", "0-"])
def test_a_long_name_is_read_once(one: str) -> None:
    """A hundred thousand characters; what looked at each of them from each would never end."""
    name = one * (100_000 // len(one))
    assert len(stem(name)) <= len(name)
    assert len(loose_stem(name)) <= len(name)
