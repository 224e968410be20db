"""What a client can learn without an account: `/info`, `/healthcheck`, `/crossdomain.xml`."""

from __future__ import annotations

import json

from cloudtape.synthesis.services.object_store.answers import Answer, page
from cloudtape.synthesis.services.object_store.archives import MAX_CONTAINERS
from cloudtape.synthesis.services.object_store.archives import MAX_FAILED as MAX_FAILED_FILES
from cloudtape.synthesis.services.object_store.asks import Ask
from cloudtape.synthesis.services.object_store.bulk import MAX_DELETES, MAX_FAILED
from cloudtape.synthesis.services.object_store.listings import LIMIT
from cloudtape.synthesis.services.object_store.metadata import (
    MAX_COUNT,
    MAX_FILE_SIZE,
    MAX_HEADER,
    MAX_NAME,
    MAX_OVERALL,
    MAX_VALUE,
    NAME_LIMITS,
)
from cloudtape.synthesis.services.object_store.model import POLICY
from cloudtape.synthesis.services.object_store.static_large_objects import MAX_MANIFEST, MAX_SEGMENTS
from cloudtape.synthesis.services.object_store.symlinks import MAX_LINKS
from cloudtape.synthesis.services.object_store.temporary_urls import METHODS

DIGESTS = {"allowed_digests": ["sha1", "sha256", "sha512"], "deprecated_digests": ["sha1"]}
INFO = {
    "swift": {
        "version": "2.38.3",
        "strict_cors_mode": True,
        "policies": [{"name": POLICY, "aliases": POLICY, "default": True}],
        "allow_account_management": True,
        "account_autocreate": True,
        "allow_open_expired": False,
        "max_file_size": MAX_FILE_SIZE,
        "max_meta_name_length": MAX_NAME,
        "max_meta_value_length": MAX_VALUE,
        "max_meta_count": MAX_COUNT,
        "max_meta_overall_size": MAX_OVERALL,
        "max_header_size": MAX_HEADER,
        "max_request_line": 8192,
        "max_object_name_length": NAME_LIMITS["object"],
        "container_listing_limit": LIMIT,
        "account_listing_limit": LIMIT,
        "max_account_name_length": NAME_LIMITS["account"],
        "max_container_name_length": NAME_LIMITS["container"],
        "extra_header_count": 0,
    },
    "symlink": {"symloop_max": MAX_LINKS, "static_links": True},
    "versioned_writes": {"allowed_flags": ["x-versions-location", "x-history-location"]},
    "object_versioning": {},
    "slo": {
        "max_manifest_segments": MAX_SEGMENTS,
        "max_manifest_size": MAX_MANIFEST,
        "yield_frequency": 10,
        "min_segment_size": 1,
        "allow_async_delete": True,
    },
    "account_quotas": {},
    "container_quotas": {},
    "formpost": DIGESTS,
    "crossdomain": {},
    "tempurl": {
        "methods": list(METHODS),
        "incoming_remove_headers": ["x-timestamp", "x-open-expired"],
        "incoming_allow_headers": [],
        "outgoing_remove_headers": ["x-object-meta-*"],
        "outgoing_allow_headers": ["x-object-meta-public-*"],
        **DIGESTS,
    },
    "bulk_upload": {"max_containers_per_extraction": MAX_CONTAINERS, "max_failed_extractions": MAX_FAILED_FILES},
    "bulk_delete": {"max_deletes_per_request": MAX_DELETES, "max_failed_deletes": MAX_FAILED},
}
"""As Swift with these features says it; a client that reads it asks for nothing else."""
CROSSDOMAIN = b"""<?xml version="1.0"?>
<!DOCTYPE cross-domain-policy SYSTEM "http://www.adobe.com/xml/dtds/cross-domain-policy.dtd" >
<cross-domain-policy>
<allow-access-from domain="*" secure="false" />
</cross-domain-policy>"""


def public(ask: Ask) -> Answer | None:
    """None for what belongs to an account."""
    path = ask.target.path
    if path == "/info":
        return info(ask)
    if path == "/healthcheck":
        return Answer(200, {"Content-Type": "text/plain"}, b"OK")
    if path == "/crossdomain.xml" and ask.method == "GET":
        return Answer(200, {"Content-Type": "application/xml"}, CROSSDOMAIN)
    return None


def info(ask: Ask) -> Answer:
    if ask.method == "OPTIONS":
        return page(200, {"Allow": "HEAD, GET, OPTIONS"})
    if ask.method not in ("GET", "HEAD"):
        return page(405, {"Allow": "HEAD, GET, OPTIONS"})
    if ask.params.get("swiftinfo_sig") or ask.params.get("swiftinfo_expires"):
        return page(403)  # what only administrators may see is not set up
    headers = {"Content-Type": "application/json; charset=UTF-8"}
    if origin := ask.headers.get("origin"):
        headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "x-trans-id"}
    body = json.dumps(INFO).encode()
    return Answer(200, headers | {"Content-Length": str(len(body))}, body)
