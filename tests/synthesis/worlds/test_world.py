"""Worlds: what stands under what."""

from cloudtape.synthesis.services.cloud import default_cloud
from cloudtape.synthesis.worlds.world import World

PARENT, CHILD = "orchestration/stacks", "orchestration/stacks/resources"


def test_what_stands_under_others_is_counted_with_its_kind_until_those_are_gone() -> None:
    world = World(default_cloud().kinds)
    above = [world.add(PARENT, {"id": id_}, project="mine") for id_ in ("a", "b")]
    for one in above:
        world.add(CHILD, {"resource_name": "x"}, project="mine", parents=(one.id,))
    world.add(CHILD, {"resource_name": "y"}, project="another's", parents=("b",))
    assert [len(list(world.all(CHILD))), world.count(CHILD, "", "mine")] == [3, 2]
    world.remove(above[1])
    assert [len(list(world.all(CHILD))), world.count(CHILD, "", "mine")] == [1, 1]
