"""What a site file must obey of those who are told of warnings: webhooks and channels.

In: a Site whose keys and types are already right. Out: faults as (path, reason).
"""

import re

from vedette.config.faults import Faults, unique_ids
from vedette.config.site import Channel, Site

DISPLAY = "display"  # the channel that is always there
_SCHEME = re.compile(r"[a-z0-9]+://", re.IGNORECASE)
_OF_KIND = {
    "apprise": {"url"},
    "cap": {"url", "folder", "sender", "languages"},
    "mqtt": {"host", "port", "topic", "user", "password", "payload_warning", "payload_all_clear",
             "tls_ca", "tls_certificate", "tls_key"},
}  # fmt: skip
_ALL = frozenset().union(*_OF_KIND.values())
_TOPIC_FORBIDDEN = re.compile(r"[+#]")


def channel_faults(site: Site) -> Faults:
    """Find every fault of webhooks and channels; they share one list of names."""
    yield from unique_ids("webhooks", site.webhooks)
    yield from unique_ids("channels", site.channels)
    hooks = {webhook.id for webhook in site.webhooks}
    for i, webhook in enumerate(site.webhooks):
        if not webhook.url.startswith(("http://", "https://")):
            yield f"webhooks[{i}].url", "must begin with http:// or https://"
    for i, channel in enumerate(site.channels):
        path = f"channels[{i}]"
        if channel.id in hooks or channel.id == DISPLAY:
            owner = "the display's" if channel.id == DISPLAY else "a webhook's"
            yield f"{path}.id", f"{channel.id!r} is {owner} name, too"
        yield from _foreign(channel, path)
        yield from {"apprise": _apprise, "mqtt": _mqtt, "cap": _cap}[channel.kind](channel, path)


def _foreign(channel: Channel, path: str) -> Faults:
    """Refuse keys of other kinds: they would be believed to do something."""
    plain = Channel(id="x", kind=channel.kind)
    for key in sorted(_ALL - _OF_KIND[channel.kind]):
        if getattr(channel, key) != getattr(plain, key):
            yield f"{path}.{key}", f"means nothing to kind {channel.kind}"


def _apprise(channel: Channel, path: str) -> Faults:
    if channel.url is None or not _SCHEME.match(channel.url):
        yield f"{path}.url", "must be an apprise URL, such as mailto://... or ntfy://..."


def _mqtt(channel: Channel, path: str) -> Faults:
    if channel.port == 0:
        yield f"{path}.port", "must be the broker's port"
    if channel.topic is not None and _TOPIC_FORBIDDEN.search(channel.topic):
        yield f"{path}.topic", "is published to: no + or # in it"
    if (channel.payload_warning is None) != (channel.payload_all_clear is None):
        yield path, "payload_warning and payload_all_clear go together"
    if channel.tls_ca is None and (channel.tls_certificate or channel.tls_key):
        yield f"{path}.tls_ca", "is missing: who signs the broker's certificate?"
    if (channel.tls_certificate is None) != (channel.tls_key is None):
        yield path, "tls_certificate and tls_key go together"


def _cap(channel: Channel, path: str) -> Faults:
    if (channel.url is None) == (channel.folder is None):
        yield path, "needs a folder to write alerts to, or a url to post them to, and not both"
    if channel.url is not None and not channel.url.startswith(("http://", "https://")):
        yield f"{path}.url", "must begin with http:// or https://"
    if channel.sender is None:
        yield f"{path}.sender", "is missing: who answers for these alerts? (watch@site.example)"
    if len(set(channel.languages)) != len(channel.languages):
        yield f"{path}.languages", "names a language twice"
