import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtape.matchers.requests.template_trie import TemplateTrie

SEGMENTS = st.sampled_from(["v2", "servers", "detail", "{a}", "{b}", "x"])
TEMPLATES = st.lists(SEGMENTS, max_size=5).map(lambda segments: "/" + "/".join(segments))


def trie(*templates: str, greedy: bool = False) -> TemplateTrie[str]:
    made: TemplateTrie[str] = TemplateTrie()
    for template in templates:
        made.add("GET", segments(template), template, greedy)
    return made


def segments(path: str) -> list[str]:
    return [segment for segment in path.split("/")[1:] if segment or path != "/"]


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/", "/"),
        ("/v2/p/servers", "/v2/{p}/servers"),
        ("/v2/p/servers/detail", "/v2/{p}/servers/detail"),
        ("/v2/p/servers/1", "/v2/{p}/servers/{id}"),
        ("/v2/p/servers/detail/tags", "/v2/{p}/servers/{id}/tags"),
    ],
)
def test_a_literal_goes_before_a_variable_and_is_left_where_it_leads_nowhere(path: str, template: str) -> None:
    servers = "/v2/{p}/servers"
    made = trie("/", servers, f"{servers}/{{id}}", f"{servers}/detail", f"{servers}/{{id}}/tags")
    assert made.find("GET", segments(path)) == [template]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v2/p"), ("GET", "/v3/p"), ("GET", "/v2/p/q"), ("GET", "/v2//")]
)
def test_what_fits_no_template_is_not_found(method: str, path: str) -> None:
    assert trie("/v2/{p}").find(method, segments(path)) == []


def test_a_last_variable_may_take_slashes() -> None:
    made = trie("/v1/{account}/{container}/{object}", greedy=True)
    assert made.find("GET", segments("/v1/a/c/photos/2015/one.jpg"))
    assert not made.find("GET", segments("/v1/a/c"))


@given(st.lists(TEMPLATES, max_size=8), TEMPLATES)
def test_every_template_finds_itself(others: list[str], template: str) -> None:
    found = trie(*others, template).find("GET", segments(template.replace("{", "").replace("}", "")))
    assert found


@given(st.lists(TEMPLATES, max_size=8), st.text())
def test_any_path_may_be_asked_for(templates: list[str], path: str) -> None:
    trie(*templates).find("GET", segments(path))
