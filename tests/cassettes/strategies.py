"""Arbitrary interactions, for the properties of codecs."""

from hypothesis import strategies as st

from cloudtape.cassettes.messages import Interaction, Request, Response, Route

json_texts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=12,
)
# What a header can hold: text, and bytes that are no UTF-8 as the surrogates that stand for them.
lines = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=30)
raw_lines = st.binary(max_size=10).map(lambda raw: raw.translate(None, b"\r\n\0").decode("utf-8", "surrogateescape"))
header_texts = lines | raw_lines
header_lists = st.lists(
    st.tuples(st.sampled_from(["Accept", "accept", "Link", "X-Object-Meta-Ü", "yes", "1.5"]), header_texts), max_size=6
).map(tuple)
line_breaks = st.text(alphabet=" ,\"{}[]:#-\n\r\t\\'|>&*!%@`\u2028\x85\x00\ufeffa\U0001f600", max_size=40)
bodies = st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | line_breaks.map(str.encode)
paths = st.text(max_size=40).filter(lambda text: "//" not in text)  # behind which stands a host, which may be none
routes = st.builds(Route, st.text(min_size=1, max_size=8), st.text(max_size=8), st.text(min_size=1, max_size=20))
interactions = st.builds(
    Interaction,
    st.builds(Request, st.text(min_size=1, max_size=8), paths, header_lists, bodies, st.text(max_size=8)),
    st.builds(Response, st.integers(200, 999), lines, header_lists, bodies),
    ordinal=st.just(1),
    recorded_at=st.just("2026-01-02T03:04:05.678Z"),
    elapsed=st.integers(0, 10**9).map(lambda micro: micro / 10**6),
    operation=st.text(max_size=8),
    scrubbed=st.lists(st.text(max_size=12), max_size=3).map(tuple),
    routes=st.lists(routes, max_size=2).map(tuple),
    lost=st.just("") | st.text(max_size=20),
)
