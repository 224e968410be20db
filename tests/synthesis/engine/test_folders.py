"""The folders of services: what is compiled is what they say, and a row that does not fit is refused with its line."""

import shutil
from pathlib import Path

import pytest

from cloudtape.openstack.catalog import default_catalog
from cloudtape.synthesis.engine.building import all_complaints, built
from cloudtape.synthesis.engine.folders import COMPILED, SERVICE, compiled, read_files, read_folder
from cloudtape.synthesis.errors import ServiceDataError
from cloudtape.synthesis.services.cloud import HERE, default_cloud, default_folders, default_hooks

FOLDERS = [path.parent for path in sorted(HERE.glob(f"*/{SERVICE}"))]
REMEDY = "run `python tools/compile_services.py`"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_what_is_compiled_is_what_the_files_say(folder: Path) -> None:
    assert read_folder(folder).is_compiled, REMEDY
    assert (folder / COMPILED).read_bytes() == compiled(read_files(folder)), REMEDY


def test_everything_fits() -> None:
    assert [str(one) for one in all_complaints(default_cloud(), default_folders(), default_hooks())] == []


def test_a_file_that_was_changed_is_read_and_not_what_was_compiled_of_it(tmp_path: Path) -> None:
    folder = copy_of("database", tmp_path)
    before = read_folder(folder)
    (folder / SERVICE).write_text((folder / SERVICE).read_text().replace("name: trove", "name: another"))
    assert before.is_compiled
    assert read_folder(folder).service.name == "another"


# Folder, file, a text in it, what stands there instead, the text on whose line the mistake is, and what is said of it.
WRONG = [
    ("compute", "kinds.yaml", "  servers/tags:", "  servers/tokens:", "  servers/tokens:", "no operation is about servers/tokens"),
    ("compute", "kinds.yaml", "life: server\n", "life: typo\n", "life: typo", "there is no life typo"),
    ("compute", "kinds.yaml", "life: server\n", "\n", "  server:\n", "nothing lives the life server"),
    ("compute", "kinds.yaml", "    os-start:", "    os-begin:", "    os-begin:", "no request reaches os-begin of compute/servers"),
    ("compute", "kinds.yaml", "by: [rescue]", "by: [save]", "by: [save]", "save is no verb, and no action of compute/servers"),
    ("compute", "kinds.yaml", "quota: instances", "quota: servers", "quota: servers", "servers has no limit"),
    ("compute", "kinds.yaml", "admin: [READ]", "admin: [LOOK]", "admin: [LOOK]", "there is no verb LOOK"),
    ("compute", "kinds.yaml", "label: Instance", "lable: Instance", "  servers:", "unknown field `lable`"),
    ("compute", "kinds.yaml", "take: _flavor}", "takes: _flavor}", "flavor: {since", "missing required field `take`"),
    ("compute", "kinds.yaml", "newer:\n      flavor:", "newer:\n      taste:", "taste:", "servers has no member taste"),
    ("compute", "kinds.yaml", '"os-quota-(class-)?sets"', '"os-quota-(class-?sets"', "(class-?sets", "unterminated subpattern"),
    ("network", "kinds.yaml", "of: [network.log.", "of: [network.logs.", "network.logs.", "matches no operation"),
    ("compute", "service.yaml", "kind: os-quota-sets", "kind: os-quotas", "kind: os-quotas", "there is no kind os-quotas"),
    ("compute", "service.yaml", "sums:", "summs:", "quotas:", "unknown field `summs`"),
    ("compute", "service.yaml", "links: member", "links: nowhere", "links: nowhere", "Invalid enum value 'nowhere'"),
    ("block_storage", "service.yaml", "os-volume-transfer:", "os-volume-gift:", "os-volume-gift", "no operation has the path"),
    ("block_storage", "service.yaml", "types: types", "types: kinds", "types: kinds", "there is no kind kinds"),
    ("block_storage", "service.yaml", "by_type: [volumes", "by_type: [tomes", "by_type: [tomes", "tomes has no limit"),
    ("identity", "service.yaml", "- identity.auth.tokens.authenticate", "- identity.login", "open:", "no operation identity.login"),
    ("identity", "operations.yaml", "id: identity.auth.catalog.show", "id: auth.catalog.show", "id: auth.catalog.show", "is named identity."),
    ("identity", "operations.yaml", "id: identity.auth.catalog.show", "id: identity.users.show", "id: identity.users.show", "already"),
    ("identity", "operations.yaml", "call: GET /v3/auth/catalog", "call: /v3/auth/catalog", "call: /v3", "a call is a method and a path"),
    ("identity", "operations.yaml", "statuses: [200]", "statuses: 200", "statuses: 200", "Expected `array`, got `int`"),
    ("identity", "kinds.yaml", "kinds:\n", "kinds:\n  - ]\n", "- ]", "did not find expected node content"),
    ("dns", "kinds.yaml", "zones/{zone_id}", "zones/{zone}", "leads:", "has no member zone"),
    ("dns", "kinds.yaml", "takes: [name, type, email", "takes: [name, kind, email", "takes: [name, kind", "has no member kind"),
    ("compute", "kinds.yaml", "minDisk: disk", "minDisk: disc", "at_least: {minDisk: disc", "has no member disc"),
    ("dns", "kinds.yaml", "globs: [name, type, email", "globs: [name, kind, email", "globs: [name, kind", "has no member kind"),
    ("dns", "service.yaml", "faults: {limit:", "faults: {limits:", "faults: {limits", "nothing of a page is named limits"),
    ("image", "service.yaml", "name: glance\n", "name: glance\nenvelope: jiffy\n", "envelope: jiffy", "no shape of errors"),
    ("image", "service.yaml", "printed: [rel, schema]", "printed: [rel, shema]", "printed: [rel, shema]", "prints shema"),
    ("image", "service.yaml", "maps: [metadata", "maps: [metadada", "maps: [metadada", "no example of image prints metadada"),
    ("meter", "kinds.yaml", "printed: [type]", "printed: [types]", "printed: [types]", "of alarms prints types"),
    ("data_processing", "kinds.yaml", "maps: [info]", "maps: [infos]", "maps: [infos]", "no example of clusters prints infos"),
    ("database", "kinds.yaml", "  flavors: {", "  instances/root: {printed: ['*']}\n  instances/databases/x: {printed: ['*'], inner: true}\n  flavors: {", "databases/x", "prints *"),
    ("meter", "kinds.yaml", "label: Alarm\n", "label: Alarm\n    items: [{name: a}]\n", "items: [", "clients make alarms"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("service", "name", "old", "new", "where", "why"), WRONG, ids=[row[3].strip()[:30] for row in WRONG]
)
def test_a_row_that_does_not_fit_is_refused_with_file_and_line(
    tmp_path: Path, service: str, name: str, old: str, new: str, where: str, why: str
) -> None:
    folder = copy_of(service, tmp_path)
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(changed := text.replace(old, new, 1))
    with pytest.raises(ServiceDataError) as error:
        built(
            [read_folder(path) for path in [folder, *(one for one in FOLDERS if one.name != service)]],
            default_catalog(),
            {},
        )
    lines = [at for at, line in enumerate(changed.splitlines(), 1) if where.strip() in line]
    assert (error.value.path, error.value.line) == (folder / name, lines[0]), error.value
    assert why in error.value.why


def copy_of(service: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(HERE / service, tmp_path / service))
