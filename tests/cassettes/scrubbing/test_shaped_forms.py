"""The shapes in which the forms of vendors' tokens are looked for."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudtape.cassettes.scrubbing.forms import RUN, KnownForm, known_forms
from cloudtape.cassettes.scrubbing.shaped_forms import marks_unless, shape_of

EXAMPLES: dict[str, str] = yaml.safe_load((Path(__file__).parent / "data" / "known_forms.yaml").read_text())


@pytest.mark.parametrize("form", known_forms(), ids=lambda form: form.id)
def test_the_shape_of_a_token_is_harmless_only_without_the_forms_marks(form: KnownForm) -> None:
    assert {mark.lower() for mark in form.marks} <= set(marks_unless(shape_of(f"see {EXAMPLES[form.id]} there")))


@given(form=st.sampled_from(known_forms()), data=st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_same_holds_of_whatever_has_the_form(form: KnownForm, data: st.DataObject) -> None:
    token = data.draw(st.from_regex(re.compile(form.pattern, re.ASCII)))
    if RUN.search(token) and any(mark in token for mark in form.marks):
        assert {mark.lower() for mark in form.marks} <= set(marks_unless(shape_of(token)))


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-23T00:00:00Z", "req-4b1d0000-0002-4000-8001-000000000000", "4b1d00000002400080010000"),
        *("X-OpenStack-Nova-API-Version", "os_volume_replication_status", "walk-h3_and-more-of-it"),
    ],
)
def test_times_ids_and_names_have_no_form_by_their_shape(text: str) -> None:
    assert marks_unless(shape_of(text)) == ()


def test_marks_that_overlap_are_both_found() -> None:
    token = "csk-ant-api03-" + "x" * 93 + "AA"
    assert "sk-ant-api03" in marks_unless(shape_of(token))
