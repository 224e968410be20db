import pytest

from cloudtape.matchers.requests.naming import Kind, Naming, NamingRow, Position, is_distinctive, loose_stem, stem

ID = "5d3983d4-6d41-478b-8238-8f0f8fc90b9c"
NAMING = Naming()


@pytest.mark.parametrize(
    ("position", "field", "value", "under", "kind"),
    [
        (Position.BODY, "name", "vm-1", ("server",), Kind.NAME),
        (Position.BODY, "key_name", "key-1", ("server",), Kind.NAME),
        (Position.BODY, "displayName", "x", (), Kind.NAME),
        (Position.BODY, "description", "said to people", ("volume",), Kind.TEXT),
        (Position.BODY, "colour", "blue", ("server", "metadata"), Kind.TEXT),
        (Position.BODY, "colour", "blue", ("server",), Kind.OTHER),
        (Position.BODY, "tags", "t-1", ("server", "tags"), Kind.NAME),
        (Position.BODY, "flavorRef", "42", ("server",), Kind.OTHER),
        (Position.BODY, "imageRef", ID, ("server",), Kind.ID),
        (Position.BODY, "project_id", "a" * 32, ("user",), Kind.WHO),
        (Position.BODY, "cidr", "10.0.0.0/24", ("subnet",), Kind.ADDRESS),
        (Position.BODY, "cidr", "fd00::/64", ("subnet",), Kind.ADDRESS),
        (Position.BODY, "remote_ip_prefix", "10.0.0.0/24", ("security_group_rule",), Kind.OTHER),
        (Position.BODY, "mac_address", "fa:16:3e:00:00:01", ("port",), Kind.ADDRESS),
        (Position.BODY, "protocol", "tcp", ("security_group_rule",), Kind.OTHER),
        (Position.BODY, "expires_at", "2026-01-01T00:00:00Z", ("application_credential",), Kind.VOLATILE),
        (Position.LOGIN, "name", "admin", ("auth", "identity", "password", "user"), Kind.WHO),
        (Position.LOGIN, "methods", "password", ("auth", "identity", "methods"), Kind.FIXED),
        (Position.QUERY, "name", "vm-1", (), Kind.NAME),
        (Position.QUERY, "limit", "10", (), Kind.FIXED),
        (Position.QUERY, "sort_key", "name", (), Kind.FIXED),
        (Position.QUERY, "changes-since", "2026-01-01T00:00:00Z", (), Kind.VOLATILE),
        (Position.QUERY, "prefix", "a/b", (), Kind.NAME),
        (Position.HEADER, "x-copy-from", "box/o", (), Kind.NAME),
        (Position.HEADER, "x-object-meta-colour", "blue", (), Kind.TEXT),
        (Position.HEADER, "range", "bytes=0-1", (), Kind.PART),
        (Position.HEADER, "range", "lines=0-1", (), Kind.OTHER),
        (Position.HEADER, "if-none-match", '"' + "0a" * 16 + '"', (), Kind.ID),
        (Position.HEADER, "if-none-match", "*", (), Kind.OTHER),
        (Position.HEADER, "x-symlink-target", "c/o", (), Kind.NAME),
        (Position.CONTENT, "filename", "0a" * 32 + ":5", (), Kind.BYTES),
        (Position.BODY, "owner_specified.openstack.sha256", "0a" * 32, (), Kind.ID),
        (Position.BODY, "expires", "1790000000", (), Kind.VOLATILE),
        (Position.BODY, "expires", "never", (), Kind.OTHER),
    ],
)
def test_what_may_differ(position: Position, field: str, value: str, under: tuple[str, ...], kind: Kind) -> None:
    assert NAMING.kind(position, field, value, under) is kind


def test_a_row_speaks_of_numbers_only_where_it_says_so() -> None:
    own = Naming([NamingRow(Kind.NAME, "ticket"), NamingRow(Kind.NAME, "count", numbers=True)])
    for field, kind in (("ticket", Kind.OTHER), ("count", Kind.NAME), ("id", Kind.NAME), ("size", Kind.OTHER)):
        assert own.kind(Position.BODY, field, "17", (), is_number=True) is kind


def test_a_users_rows_go_first_and_change_the_digest() -> None:
    own = Naming([NamingRow(Kind.FIXED, "name"), NamingRow(Kind.NAME, "ticket", positions=frozenset({Position.QUERY}))])
    assert own.kind(Position.BODY, "name", "x") is Kind.FIXED
    assert own.kind(Position.QUERY, "ticket", "x") is Kind.NAME
    assert own.kind(Position.BODY, "ticket", "x") is Kind.OTHER
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
