from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from cloudtape.synthesis.services.object_store.listings import Page, Subdir, listed

LETTERS = "ab/-é\U0010ffff"
NAMES = st.sets(st.text(LETTERS, min_size=1, max_size=6), max_size=12).map(sorted)
TEXT = st.text(LETTERS, max_size=4)
PAGES = st.builds(
    Page,
    limit=st.integers(0, 6),
    marker=TEXT,
    end_marker=TEXT,
    prefix=TEXT,
    delimiter=st.sampled_from(["", "/", "-", "a/"]),
    reverse=st.booleans(),
)


def naive(names: list[str], page: Page) -> list[str | Subdir]:
    """Every name looked at, one after the other."""
    low, high = (page.end_marker, page.marker) if page.reverse else (page.marker, page.end_marker)
    found: list[str | Subdir] = []
    for name in reversed(names) if page.reverse else names:
        if not name.startswith(page.prefix) or (low and name <= low) or (high and name >= high):
            continue
        end = name.find(page.delimiter, len(page.prefix)) if page.delimiter else -1
        one = name if end < 0 else Subdir(name[: end + len(page.delimiter)])
        if one not in found and one != Subdir(low):
            found.append(one)
    return found[: page.limit]


def naive_path(names: list[str], path: str) -> list[str]:
    """What lies directly in a pseudo-directory; a name that ends with a slash is one of its directories."""
    prefix = path.rstrip("/") + "/" if path else ""
    below = [name for name in names if name.startswith(prefix) and name != prefix]
    return [name for name in below if "/" not in name[len(prefix) : -1] or name.find("/", len(prefix)) == len(name) - 1]


@given(NAMES, PAGES)
@example(["\U0010ffff\U0010ffff"], Page(prefix="\U0010ffff"))
def test_a_listing_is_what_looking_at_every_name_gives(names: list[str], page: Page) -> None:
    assert list(listed(names, page)) == naive(names, page)


@given(NAMES, TEXT)
def test_a_path_lists_one_level(names: list[str], path: str) -> None:
    assert list(listed(names, Page(path=path))) == naive_path(names, path)


@given(NAMES, TEXT)
def test_a_path_in_reverse_leaves_out_a_directory_that_holds_something(names: list[str], path: str) -> None:
    """As Swift does: what lies in the directory hides the object that stands for it."""
    shown = [one for one in naive_path(names, path) if not one.endswith("/") or not holds_something(names, one)]
    assert list(listed(names, Page(path=path, reverse=True))) == shown[::-1]


def holds_something(names: list[str], directory: str) -> bool:
    return any(name.startswith(directory) and name != directory for name in names)


@given(NAMES, st.integers(1, 4), st.sampled_from(["", "/"]), TEXT, st.booleans())
def test_pages_one_after_the_other_are_the_whole(
    names: list[str], limit: int, delimiter: str, prefix: str, reverse: bool
) -> None:
    whole = list(listed(names, Page(delimiter=delimiter, prefix=prefix, reverse=reverse)))
    found: list[str | Subdir] = []
    marker = ""
    while page := list(listed(names, Page(limit, marker, "", prefix, delimiter, None, reverse))):
        found += page
        marker = page[-1].name if isinstance(page[-1], Subdir) else page[-1]
    assert found == whole
