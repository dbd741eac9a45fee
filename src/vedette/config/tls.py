"""TLS as a client: whom we trust, and who we are, from the PEM files a site file names."""

import ssl
from pathlib import Path

from vedette.base.errors import VedetteError
from vedette.config.faults import Faults
from vedette.config.site import Channel, Feed, Oidc, Service, Site


def client_context(
    name: str, ca: str | None, certificate: str | None, key: str | None
) -> ssl.SSLContext | None:
    """Make the context to connect with; None where no `ca` is named: it speaks in the clear.

    name: "feed tak", said before what is wrong. The other side must have a certificate of `ca`, in
    its own name. Raises VedetteError where a file cannot be used.
    """
    if ca is None:
        return None
    for path in (ca, certificate, key):
        if path is not None and not Path(path).is_file():
            raise VedetteError(f"{name}: {path}: there is no such file")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(ca)
        if certificate is not None:
            context.load_cert_chain(certificate, key, password=_no_password)
    except (ssl.SSLError, OSError) as error:
        raise VedetteError(
            f"{name}: TLS files cannot be used ({error}): they must be PEM, the key without a"
            " password"
        ) from error
    return context


def files_faults(site: Site) -> Faults:
    """Say which PEM and secret files that a site names are not there; raises nothing.

    Looked at by who is about to run the site, not by who reads it: a recording is replayed where
    the certificates are not.
    """
    tables: list[tuple[str, Feed | Channel | Service | Oidc]] = []
    tables += [(f"feeds[{i}]", feed) for i, feed in enumerate(site.feeds)]
    tables += [(f"channels[{i}]", channel) for i, channel in enumerate(site.channels)]
    tables.append(("service", site.service))
    if site.oidc is not None:
        tables.append(("oidc", site.oidc))
    for path, table in tables:
        for key in ("tls_ca", "tls_certificate", "tls_key", "client_secret_file"):
            name = getattr(table, key, None)
            if name is not None and not Path(name).is_file():
                yield f"{path}.{key}", f"{name}: there is no such file"


def _no_password() -> str:
    """Answer for a key that asks for a password, instead of a prompt on the terminal."""
    return ""
