import json

from hypothesis import given
from hypothesis import strategies as st

from cloudtape.cassettes.scrubbing.json_leaves import leaves_in

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def of(value: object) -> list[str | int]:
    if isinstance(value, dict):
        return [leaf for member in value.values() for leaf in of(member)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in of(item)]
    return [value] if isinstance(value, str | int) and not isinstance(value, bool) else []


@given(values, st.booleans(), st.sampled_from([None, 2]))
def test_all_leaves_are_found_in_order_where_they_stand(value: object, ascii_: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_, indent=indent)
    leaves = leaves_in(text)
    assert [leaf.value for leaf in leaves] == of(value)
    assert [json.loads(text[leaf.start : leaf.end]) for leaf in leaves] == of(value)


def test_a_leaf_knows_its_name_and_who_holds_it() -> None:
    text = '{"name": "n", "pair": {"a": ["x", 1], "id": 7}, "b": "y"}'
    found = {leaf.value: leaf for leaf in leaves_in(text, {"id", "name"})}
    assert [found[one].field for one in ("x", 1, "y")] == ["a", "a", "b"]
    holder = found["x"].holder
    assert holder.above
    assert (holder.members, holder.above.members, found["y"].holder.members) == ({}, {"id": "7"}, {"name": "n"})


def test_a_torn_text_has_the_leaves_that_can_be_seen() -> None:
    assert [leaf.value for leaf in leaves_in('{"a": "x", "b": ["y", "z')][:2] == ["x", "y"]
    assert leaves_in("]}") == []
