"""Sahara: plugins, templates of nodes and of clusters, clusters.

Sources: sahara's `service/validations` (`clusters`, `cluster_templates`, `node_group_templates`, `clusters_scaling`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudtape.synthesis.engine.amendments import is_client
from cloudtape.synthesis.engine.calls import Answer
from cloudtape.synthesis.engine.documents import echoed, stock, stocked
from cloudtape.synthesis.engine.finding import item
from cloudtape.synthesis.engine.hooks import Hooks
from cloudtape.synthesis.engine.scene import Scene, not_found
from cloudtape.synthesis.engine.showing import show, shown
from cloudtape.synthesis.engine.telling import form_of
from cloudtape.synthesis.engine.views import visible
from cloudtape.synthesis.services.data_processing.kinds import (
    CLUSTERS,
    IMAGES,
    NODE_GROUPS,
    PLUGINS,
    TEMPLATES,
    check,
    check_changed,
    check_deleted,
    check_name_taken,
    data,
    invalid,
    reference,
    remember_protection,
)
from cloudtape.synthesis.worlds.lifecycle import Life, Transition, begin
from cloudtape.synthesis.worlds.shelves import Members, Resource

HOOKS = Hooks()
SCALING = Transition(via="Scaling", then="Active")


# --- plugins ------------------------------------------------------------------------------------------------------


@HOOKS.answer("data-processing.plugins.show-plugin-version-details")
def _plugin_version(scene: Scene) -> Answer:
    name, version = scene.call.ids
    stock(scene, scene.kind(PLUGINS), ())
    plugin = scene.need(PLUGINS, name)
    if version not in plugin.members["versions"]:
        raise not_found(scene.kind(PLUGINS), name)
    return Answer(200, echoed(scene, {"name": name, "title": plugin.members.get("title")}))


def _check_plugin(scene: Scene, sent: Members) -> None:
    """Raises Refused for a plugin, or a version of one, that there is not."""
    name, version = sent["plugin_name"], sent["hadoop_version"]
    plugin = next((one for one in stocked(scene, PLUGINS) if one.id == name), None)
    if plugin is None:
        raise reference(f"Sahara doesn't contain plugin with name '{name}'")
    if version not in plugin.members["versions"]:
        raise reference(f"Requested plugin '{name}' doesn't support version '{version}'")


# --- templates ----------------------------------------------------------------------------------------------------


def _check_nodes(scene: Scene, sent: Members) -> None:
    """Raises Refused for nodes of a flavor, an image or a network that there is not."""
    if (flavor := sent.get("flavor_id")) and scene.find("compute/flavors", flavor) is None:
        raise invalid(f"Requested flavor '{flavor}' not found", "NOT_FOUND")
    if image := sent.get("image_id"):
        _check_image(scene, image)
    processes = sent.get("node_processes") or []
    if twice := [one for one in processes if processes.count(one) > 1]:
        raise data(f"Duplicates in node processes have been detected: {sorted(set(twice))}")
    if sent.get("volumes_per_node") and not sent.get("volumes_size"):
        raise reference("You must specify a volumes_size parameter")
    if (pool := sent.get("floating_ip_pool")) and scene.find("network/networks", pool) is None:
        raise invalid(f"Floating IP pool {pool} not found", "NOT_FOUND")


def _check_image(scene: Scene, image: Any) -> None:
    if scene.find(IMAGES, image) is None:
        raise reference(f"Requested image '{image}' is not registered")


@HOOKS.on(NODE_GROUPS, "CREATE")
def _nodes(scene: Scene, one: Resource, sent: Members) -> None:
    check(NODE_GROUPS, sent)
    check_name_taken(scene, one)
    _check_plugin(scene, sent)
    _check_nodes(scene, sent)
    remember_protection(one)


@HOOKS.on(TEMPLATES, "CREATE")
def _template(scene: Scene, one: Resource, sent: Members) -> None:
    check(TEMPLATES, sent)
    check_name_taken(scene, one)
    _check_plugin(scene, sent)
    _check_whole(scene, sent)
    remember_protection(one)


def _check_whole(scene: Scene, sent: Members) -> None:
    if image := sent.get("default_image_id"):
        _check_image(scene, image)
    groups = sent.get("node_groups") or []
    names = [one.get("name") for one in groups]
    if twice := [name for name in names if names.count(name) > 1]:
        raise data(f"Duplicates in node group names are detected: {sorted(set(twice))}")
    for group in groups:
        wanted = group.get("node_group_template_id")
        if wanted and scene.find(NODE_GROUPS, wanted) is None:
            raise invalid(f"NodeGroup template with id '{wanted}' not found", "NOT_FOUND")
        _check_nodes(scene, group)
    _check_network(scene, sent.get("neutron_management_network"))


def _check_network(scene: Scene, network: Any) -> None:
    if network and scene.find("network/networks", network) is None:
        raise invalid(f"Network {network} not found", "NOT_FOUND")


@HOOKS.answer("data-processing.cluster-templates.show")
def _show_template(scene: Scene) -> Answer:
    """The reference prints a list of one; whoever asks as it does is told that, too."""
    one = item(scene, TEMPLATES, scene.call.id)
    found = visible(scene.kind(TEMPLATES), one, form_of(scene.kind(TEMPLATES).rule, scene.call.plan, (0, 0)))
    if is_client(scene.call.request):
        return Answer(200, {"cluster_template": found}, whole=True)
    return Answer(200, {"cluster_template": found, "cluster_templates": [found]})


@HOOKS.on(NODE_GROUPS, "UPDATE")
@HOOKS.on(TEMPLATES, "UPDATE")
def _change(scene: Scene, one: Resource, sent: Members) -> None:
    check(one.kind, sent, is_change=True)
    check_changed(scene, one, sent)
    check_name_taken(scene, one)
    if sent.get("plugin_name") and not sent.get("hadoop_version"):
        raise reference("You must specify a hadoop_version value for your plugin_name")
    _check_plugin(scene, one.members)
    _check_nodes(scene, sent)
    _check_whole(scene, sent)
    remember_protection(one)


@HOOKS.on(NODE_GROUPS, "DELETE")
def _nodes_go(scene: Scene, one: Resource, _: Members) -> None:
    templates, clusters = (", ".join(_names_of_users(scene, kind, one)) for kind in (TEMPLATES, CLUSTERS))
    if templates or clusters:
        why = f"cluster templates: {templates or 'N/A'}; and clusters: {clusters or 'N/A'}"
        raise reference(f"Node group template {one.id} is in use by {why}")
    check_deleted(scene, one)


def _names_of_users(scene: Scene, kind: str, nodes: Resource) -> Iterator[str]:
    for one in scene.where(kind):
        if any(group.get("node_group_template_id") == nodes.id for group in one.members.get("node_groups") or []):
            yield one.members["name"]


@HOOKS.on(TEMPLATES, "DELETE")
def _template_goes(scene: Scene, one: Resource, _: Members) -> None:
    if users := [each.members["name"] for each in scene.where(CLUSTERS, cluster_template_id=one.id)]:
        raise reference(f"Cluster template {one.id} in use by {', '.join(users)}")
    check_deleted(scene, one)


# --- clusters -----------------------------------------------------------------------------------------------------


@HOOKS.on(CLUSTERS, "CREATE")
def _cluster(scene: Scene, one: Resource, sent: Members) -> None:
    check(CLUSTERS, sent)
    check_name_taken(scene, one)
    _check_plugin(scene, sent)
    template = scene.find(TEMPLATES, sent.get("cluster_template_id"))
    if template is None and (wanted := sent.get("cluster_template_id")):
        raise invalid(f"Cluster template with id '{wanted}' not found", "NOT_FOUND")
    of_template = template.members if template else {}
    for name in ("default_image_id", "neutron_management_network"):
        if not (value := sent.get(name) or of_template.get(name)):
            raise invalid(f"'{name}' field is not found", "NOT_FOUND")
        one.set(**{name: value})
    _check_image(scene, one.members["default_image_id"])
    _check_whole(scene, {**sent, "neutron_management_network": one.members["neutron_management_network"]})
    groups = sent.get("node_groups") or of_template.get("node_groups") or []
    one.set(node_groups=[{**group} for group in groups])
    remember_protection(one)


@HOOKS.on(CLUSTERS, "UPDATE")
def _change_cluster(scene: Scene, one: Resource, sent: Members) -> None:
    check(CLUSTERS, sent, is_change=True)
    check_changed(scene, one, sent)
    check_name_taken(scene, one)
    remember_protection(one)


@HOOKS.on(CLUSTERS, "DELETE")
def _cluster_goes(scene: Scene, one: Resource, _: Members) -> None:
    check_deleted(scene, one)


@HOOKS.answer("data-processing.clusters.scale")
def _scale(scene: Scene) -> Answer:
    one, sent = item(scene, CLUSTERS, scene.call.id), scene.call.sent
    check_changed(scene, one, sent)
    if (state := one.members["status"]) != "Active":
        raise reference(f"Cluster cannot be scaled not in 'Active' status. Cluster status: {state}")
    groups = {group["name"]: {**group} for group in one.members["node_groups"] or []}
    for resized in sent.get("resize_node_groups") or []:
        if (name := resized.get("name")) not in groups:
            raise reference(f"Cluster doesn't contain node group with name '{name}'")
        groups[name]["count"] = resized["count"]
    for added in sent.get("add_node_groups") or []:
        if (name := added.get("name")) in groups:
            raise reference(f"Can't add new nodegroup. Cluster already has nodegroup with name '{name}'")
        groups[name] = {**added}
    _check_whole(scene, {"node_groups": sent.get("add_node_groups")})
    one.set(node_groups=list(groups.values()))
    begin(scene.kind(CLUSTERS).life or Life(), SCALING, one, scene.world.pace, scene.world.clock)
    return shown(scene, one)


@HOOKS.answer("data-processing.clusters.show", "data-processing.clusters.show-progress")
def _show(scene: Scene) -> Answer:
    """With its progress, the reference shows the cluster without a wrapper."""
    if scene.call.asked("show_progress") in (None, "false"):
        return show(scene)
    one = item(scene, scene.call.plan.kind, scene.call.id)
    kind = scene.kind(one.kind)
    plans, form = kind.plans, form_of(kind.rule, scene.call.plan, (0, 0))
    found = next(plan for plan in plans if plan.operation.id == "data-processing.clusters.show-progress")
    return Answer(200, {**scene.adapter(kind.lent(found), "", one.members), **visible(kind, one, form)})
