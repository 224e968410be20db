"""Tokens cost nothing for good, end in time, and are told apart although equal logins share what is kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cloudtape.synthesis.worlds.token_book import Token, TokenBook

START = datetime(2026, 1, 1, tzinfo=UTC)


class Book:
    def __init__(self) -> None:
        self.at = START
        self.tokens = TokenBook(lambda: self.at)

    def login(self, user: str = "u", life: int = 3600, id_: str = "") -> Token:
        document = {"user": {"id": user}, "catalog": [{"type": "compute"}] * 50}
        ends = self.at.timestamp() + life
        return Token(id_, user, "p", frozenset({"member"}), ends, document)

    def issue(self, user: str = "u", life: int = 3600) -> Token:
        return self.tokens.issue(self.login(user, life), self.at)


def test_equal_logins_have_tokens_of_their_own_and_share_what_is_kept() -> None:
    book = Book()
    given = [book.issue() for _ in range(1000)]
    assert len({token.id for token in given}) == len({token.document["audit_ids"][0] for token in given}) == 1000
    assert len(book.tokens._logins) == 1
    again = book.tokens.get(given[0].id)
    assert again == given[0]


def test_a_token_ends_and_is_known_all_the_same() -> None:
    book = Book()
    token = book.issue(life=60)
    assert book.tokens.good_until() == token.expires
    book.at += timedelta(seconds=60)
    assert book.tokens.get(token.id) is None
    assert book.tokens.knows(token.id)


def test_what_has_expired_is_forgotten() -> None:
    book = Book()
    book.tokens.revoke(book.issue("a", life=60).id)
    book.issue("b", life=60)
    book.tokens.adopt(book.login("c", 60, "elsewhere"))
    book.at += timedelta(hours=1)
    book.issue("d")
    assert len(book.tokens._logins) == 1
    assert not book.tokens._revoked
    assert not book.tokens._adopted


def test_a_revoked_token_takes_no_other_with_it() -> None:
    book = Book()
    one, other = book.issue(), book.issue()
    book.tokens.revoke(one.id)
    assert book.tokens.get(one.id) is None
    assert book.tokens.get(other.id) is not None
    book.tokens.revoke(one.id)
    assert book.tokens.get(other.id) is not None
    book.tokens.revoke(other.id)
    assert book.tokens.good_until() < START.timestamp()


def test_the_tokens_of_one_user_end_together_and_do_not_come_back() -> None:
    book = Book()
    before, other = book.issue("u"), book.issue("v")
    book.tokens.end(lambda token: token.user == "u")
    after = book.issue("u")
    assert book.tokens.get(before.id) is None
    assert book.tokens.get(after.id) is not None
    assert book.tokens.get(other.id) is not None


def test_a_token_of_another_world_is_unknown() -> None:
    token = Book().issue()
    book = Book()
    book.issue()
    assert book.tokens.get(token.id) is None
    assert not book.tokens.knows(token.id)


def test_a_token_that_was_changed_is_unknown() -> None:
    book = Book()
    token = book.issue().id
    for at in (0, 10, 60, len(token) - 2):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert book.tokens.get(changed) is None
    unusable: list[Any] = [None, [], {}, 5, "", "gAAAAAB", "gAAAAAB" + "ü" * 128, "\x00"]
    for odd in unusable:
        assert book.tokens.get(odd) is None
        assert not book.tokens.knows(odd)


def test_an_adopted_token_can_be_adopted_again_and_revoked() -> None:
    book = Book()
    for _ in range(2):
        book.tokens.adopt(book.login(id_="elsewhere"))
    found = book.tokens.get("elsewhere")
    assert found is not None
    assert found.user == "u"
    book.tokens.revoke("elsewhere")
    assert book.tokens.get("elsewhere") is None
    assert book.tokens.good_until() < START.timestamp()
