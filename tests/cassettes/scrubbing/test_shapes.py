"""What a shape is taken for, and when it is judged again."""

import pytest

from cloudtape.cassettes.scrubbing.secrets import Table
from cloudtape.cassettes.scrubbing.shapes import Shapes


def shapes() -> Shapes:
    return Shapes(Table(), lambda text: [])


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("secret", ["walk-through-me", "through", "wa-th-me", "zoo~zoo~zoo"])
def test_what_was_harmless_is_judged_again_when_it_is_the_shape_of_a_secret(secret: str, times: int) -> None:
    text = f"its name is {secret}, you know"
    look = shapes()
    for _ in range(times):
        assert look.strange([text]) == []
    look.learn([secret])
    assert look.strange([text]) == [text]


@pytest.mark.parametrize("times", [1, 2, 3])
def test_of_two_secrets_with_the_same_long_run_both_are_found(times: int) -> None:
    look = shapes()
    for _ in range(times):
        assert look.strange(["my-through-road"]) == []
    look.learn(["go-through"])
    assert look.strange(["my-through-road"]) == []
    look.learn(["through-road"])
    assert look.strange(["my-through-road"]) == ["my-through-road"]


@pytest.mark.parametrize("others", [0, 50])
def test_a_secret_is_found_in_shapes_that_are_new(others: int) -> None:
    look = shapes()
    look.learn(["xylophone", *[f"secret-{'xyz'[number % 3]}{number}-word" for number in range(others)]])
    assert look.strange(["not-a-word", "the.xylophone.player"]) == ["the.xylophone.player"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "myPassword",
            "x-auth-key-1",
            "the gAAAAA of it",
            "eyJ",
            "AKIAIOSFODNN7EXAMPLE",
            "bearer xyz",
            "Bearer xyz",
            "a\\b",
            "me@there",
        ),
        *("/v3/OS-EC2/x", "/v1/webhooks/x", "-----BEGIN", "injected_files", "SGVsbG8gd29ybGQsIGhvdyBhcmUgeW91"),
    ],
)
def test_what_names_or_begins_a_secret_is_strange_beside_anything(text: str) -> None:
    look = shapes()
    assert look.strange(["harmless", "name"]) == []
    assert text in (look.strange(["harmless", text, "fresh-name"]) or ())


def test_the_table_is_asked_again_when_it_has_learned_a_hidden_name() -> None:
    table = Table()
    look = Shapes(table, lambda text: [])
    assert look.strange(["flavour"]) == []
    table.hidden.add("flavour")
    look.forget()
    assert look.strange(["flavour"]) == ["flavour"]
