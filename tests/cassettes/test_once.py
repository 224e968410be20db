from cloudtape.cassettes.messages import Headers
from cloudtape.cassettes.once import MOST, Once


def test_the_same_tuple_is_worked_out_once_and_an_equal_one_by_itself() -> None:
    asked: list[Headers] = []

    def count(headers: Headers) -> int:
        asked.append(headers)
        return len(headers)

    once = Once(count)
    same, equal = (tuple([(name, "x") for name in "ab"]) for _ in range(2))
    assert [once(same), once(same), once(equal), once(same)] == [2, 2, 2, 2]
    assert len(asked) == 2


def test_what_is_remembered_has_a_bound() -> None:
    once = Once(lambda headers: headers)
    for number in range(10 * MOST):
        one = (("name", str(number)),)
        assert once(one) is one
    assert len(once._known) <= MOST
