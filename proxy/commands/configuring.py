"""From the options of a command to the configuration of a proxy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cloudtape.commands.options import refuse_idle
from cloudtape.config import (
    MOST_SESSIONS,
    Config,
    Report,
    SynthesisOptions,
    Timeouts,
    Tls,
    allowed_hosts,
    listen_address,
)
from cloudtape.errors import ConfigError
from cloudtape.http.proxies import parse_proxy
from cloudtape.modes import Mode

Options = dict[str, Any]
AS_THEY_ARE = (
    *("layout", "record_errors", "durable", "on_error", "spool", "match", "polling", "match_rules"),
    "allow_upstream",
)
"""Options that `Config` has under the same name."""


def config_of(mode: Mode, cassettes: tuple[Path, ...], options: Options) -> tuple[Config, Options]:
    """The configuration, and the settings of the cloud it came from. Raises ConfigError."""
    mode = mode.synthesizing() if options.get("synthesize") else mode
    refuse_idle(click.get_current_context(), mode)
    upstream, tls, settings = _cloud(mode, options) if mode.needs_upstream else ("", Tls(), {})
    host, port = listen_address(options.get("listen", "0"))
    if options.get("proxy"):
        parse_proxy(options["proxy"])
    config = Config(
        mode,
        cassettes,
        upstream.rstrip("/"),
        host,
        port,
        tls=tls,
        timeouts=Timeouts(options.get("connect_timeout", 10.0), options.get("read_timeout", 300.0)),
        proxy=options.get("proxy"),
        allow_hosts=allowed_hosts(options.get("allow_hosts", ())),
        scrub=not options.get("no_scrub", False),
        scrub_rules=options.get("scrub_rules"),
        report=Report(options["report"]) if options.get("report") else None,
        synthesis=_synthesis(options),
        most_sessions=options.get("max_sessions") or MOST_SESSIONS,
        **{name: options[name] for name in AS_THEY_ARE if options.get(name) is not None},
    )
    return config, settings


def _cloud(mode: Mode, options: Options) -> tuple[str, Tls, Options]:
    """Auth URL, TLS and settings; what the command line says goes before clouds.yaml."""
    upstream, tls, settings = options.get("upstream") or "", Tls(), {}
    if bool(upstream) == bool(options.get("os_cloud")):
        raise ConfigError(f"{mode.name} needs either --upstream AUTH_URL or --os-cloud NAME")
    if options.get("os_cloud"):
        from cloudtape.clouds import configured

        cloud = configured(options["os_cloud"])
        upstream, tls, settings = cloud.auth_url, cloud.tls, dict(cloud.settings)
    tls = Tls(
        options.get("cacert") or tls.cacert,
        options.get("insecure") or tls.insecure,
        options.get("cert") or tls.cert,
        options.get("key") or tls.key,
    )
    return upstream, tls, settings


def _synthesis(options: Options) -> SynthesisOptions:
    return SynthesisOptions(
        options.get("world"), options.get("save"), options.get("seed") or 0, options.get("lifecycle") or "immediate"
    )
