"""Asking an outside identity provider who somebody is: OpenID Connect, authorisation code, PKCE.

In: the site's `[oidc]` table. Out: where to send a browser, and of the code it comes back with the
claims of a token whose signature, issuer, audience, times and nonce have been checked. Signatures
are checked by joserfc; everything else here is bounded and refused with a reason. Nothing of a
token is kept or recorded but the subject and the name.
"""

import base64
import hashlib
import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlencode, urlsplit

import msgspec

from vedette.base.errors import RefusedError, VedetteError
from vedette.config.site import Oidc
from vedette.server.accounts import same_secret
from vedette.server.attempts import digest
from vedette.server.guard import is_loopback

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

ANSWER_MAX_BYTES = 256 * 1024
ASK_S = 10.0
KNOWN_S = 3_600.0  # how long the provider's addresses and keys are taken as known
KEYS_AGAIN_S = 60.0  # an unknown key id asks for the keys anew, not more often
FLOW_S = 600.0  # from the button to the way back
FLOWS_MAX = 1_000
LEEWAY_S = 30
PARAMETER_MAX = 4_096
SUBJECT_MAX = 255  # OpenID Connect Core, section 2
# What signs; never "none", never a shared secret.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")


class _Known(msgspec.Struct, frozen=True):
    """What of a provider's discovery document matters (OpenID Connect Discovery, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Tokens(msgspec.Struct, frozen=True):
    """What of the token endpoint's answer matters."""

    id_token: str


@dataclass(slots=True, frozen=True)
class Flow:
    """One login on its way. verifier: of PKCE; it never leaves but to the token endpoint."""

    state: str
    nonce: str
    verifier: str
    expires_s: float


@dataclass(slots=True)
class Flows:
    """The logins on their way, by the hash of what their browser carries; bounded, each once."""

    clock: Callable[[], float]
    kept: dict[str, Flow] = field(default_factory=dict)

    def begin(self) -> tuple[str, Flow]:
        """Begin one: the cookie's value, and the flow."""
        carried = secrets.token_urlsafe(32)
        expires_s = self.clock() + FLOW_S
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        flow = Flow(state, nonce, verifier, expires_s)
        self.kept[digest(carried)] = flow
        while len(self.kept) > FLOWS_MAX:
            del self.kept[next(iter(self.kept))]
        return carried, flow

    def end(self, carried: str | None, state: str) -> Flow:
        """Take the flow of a browser that came back. Raises RefusedError; a flow is good once."""
        flow = self.kept.pop(digest(carried), None) if carried else None
        if flow is None or flow.expires_s < self.clock():
            raise RefusedError("this login was not begun in this browser, or too long ago")
        if not same_secret(state, flow.state):
            raise RefusedError("the provider's answer is not to this login (state)")
        return flow


class Provider:
    """One outside provider."""

    def __init__(self, settings: Oidc, clock: Callable[[], float] = time.time) -> None:
        """clock: seconds since 1970. Raises VedetteError where joserfc is not installed, or the
        secret's file cannot be read."""
        try:
            import joserfc  # noqa: F401
        except ImportError:
            raise VedetteError("[oidc] needs joserfc: pip install 'vedette[oidc]'") from None
        self.settings = settings
        self.flows = Flows(clock)
        self._clock = clock
        self._secret = _secret(settings)
        self._known: tuple[float, _Known] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def begin(self) -> tuple[str, str]:
        """Begin a login: what the browser is to carry, and where it is to go.

        Raises VedetteError where the provider does not answer as it must.
        """
        known = await self._discovered()
        carried, flow = self.flows.begin()
        challenge = hashlib.sha256(flow.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "scope": " ".join(dict.fromkeys(["openid", *self.settings.scopes])),
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        mark = "&" if urlsplit(known.authorization_endpoint).query else "?"
        return carried, known.authorization_endpoint + mark + urlencode(asked)

    async def finish(self, carried: str | None, answered: dict[str, str]) -> dict[str, Any]:
        """Give the checked claims of whoever comes back. answered: the query's parameters.

        Raises RefusedError for anything that is not a login begun here and answered rightly,
        VedetteError where the provider does not answer as it must.
        """
        if any(len(value) > PARAMETER_MAX for value in answered.values()):
            raise RefusedError("the provider's answer is too long")
        flow = self.flows.end(carried, answered.get("state", ""))
        if "error" in answered:
            raise RefusedError(f"the provider refused: {answered['error'][:80]}")
        # RFC 9207: a provider that names itself must be the one that was asked.
        if answered.get("iss", self.settings.issuer) != self.settings.issuer:
            raise RefusedError("another provider answered than the one asked")
        code = answered.get("code", "")
        if not code:
            raise RefusedError("the provider gave no code")
        known = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect_uri,
            "client_id": self.settings.client_id,
            "code_verifier": flow.verifier,
        }
        tokens = await self._asked("POST", known.token_endpoint, _Tokens, form)
        return self._checked(await self._decoded(tokens.id_token, known), flow)

    async def _decoded(self, token: str, known: _Known) -> dict[str, Any]:
        """Check a token's signature; where its key is not known, ask for the keys once more."""
        from joserfc import errors, jwt

        for again in (False, True):
            keys = await self._key_set(known, again)
            try:
                decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
            except errors.JoseError as error:
                kind = type(error).__name__
            except (ValueError, TypeError, KeyError, RecursionError) as error:
                kind = type(error).__name__  # what a library says of bytes that are no token
            else:
                return dict(decoded.claims)
        raise RefusedError(f"the provider's token is not signed as it must be ({kind})")

    def _checked(self, claims: dict[str, Any], flow: Flow) -> dict[str, Any]:
        """Check what a token says (OpenID Connect Core, section 3.1.3.7)."""
        now_s, own = self._clock(), self.settings.client_id
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        subject, nonce = claims.get("sub"), claims.get("nonce")
        expires_s, issued_s = claims.get("exp"), claims.get("iat")
        if claims.get("iss") != self.settings.issuer:
            _refuse("issuer")
        if own not in audiences or (len(audiences) > 1 and claims.get("azp") != own):
            _refuse("audience")
        if claims.get("azp", own) != own:
            _refuse("authorised party")
        if not _number(expires_s) + LEEWAY_S > now_s:
            _refuse("expiry")
        if not _number(issued_s) - LEEWAY_S <= now_s:
            _refuse("time of issue")
        if not _number(claims.get("nbf", 0)) - LEEWAY_S <= now_s:
            _refuse("time of beginning")
        if not isinstance(nonce, str) or not same_secret(nonce, flow.nonce):
            _refuse("nonce")
        if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_MAX:
            _refuse("subject")
        return claims

    async def _discovered(self) -> _Known:
        """Ask where the provider's doors are; known for an hour."""
        if self._known is not None and self._clock() - self._known[0] < KNOWN_S:
            return self._known[1]
        url = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        known: _Known = await self._asked("GET", url, _Known)
        if known.issuer != self.settings.issuer:
            raise VedetteError("the provider calls itself by another name than oidc.issuer")
        for address in (known.authorization_endpoint, known.token_endpoint, known.jwks_uri):
            demand_safe(address)
        self._known = (self._clock(), known)
        return known

    async def _key_set(self, known: _Known, again: bool) -> "KeySet":
        from joserfc import errors
        from joserfc.jwk import KeySet

        age_s = None if self._keys is None else self._clock() - self._keys[0]
        fresh = age_s is not None and age_s < (KEYS_AGAIN_S if again else KNOWN_S)
        if self._keys is not None and fresh:
            return self._keys[1]
        told = await self._asked("GET", known.jwks_uri, dict[str, Any])
        try:
            keys = KeySet.import_key_set(told)
        except (errors.JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise VedetteError(f"the provider's keys: {type(error).__name__}") from None
        self._keys = (self._clock(), keys)
        return keys

    async def _asked(
        self, method: str, url: str, kind: Any, form: dict[str, str] | None = None
    ) -> Any:
        """Ask the provider. Raises VedetteError; what it answers is bounded."""
        import httpx

        who = None
        if form is not None and self._secret is not None:
            who = httpx.BasicAuth(self.settings.client_id, self._secret)
        verify: Any = self.settings.tls_ca or True
        try:
            async with (
                httpx.AsyncClient(
                    follow_redirects=False, trust_env=False, timeout=ASK_S, verify=_trust(verify)
                ) as client,
                client.stream(method, url, data=form, auth=who) as answer,
            ):
                body = b""
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > ANSWER_MAX_BYTES:
                        raise VedetteError("the provider's answer is too long")
                if answer.status_code != 200:
                    raise VedetteError(f"the provider answered {answer.status_code}")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise VedetteError(f"the provider does not answer: {type(error).__name__}") from None
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise VedetteError("the provider's answer is not understood") from None


def demand_safe(url: str) -> None:
    """Raise VedetteError for an address that is neither https nor on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise VedetteError(f"the provider's address must be https: {url[:100]}")


def _trust(verify: Any) -> Any:
    import ssl

    return verify if verify is True else ssl.create_default_context(cafile=verify)


def _secret(settings: Oidc) -> str | None:
    """Read the client's secret from its file: a site file is copied into every recording."""
    if settings.client_secret_file is None:
        return None
    try:
        text = Path(settings.client_secret_file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VedetteError(f"oidc.client_secret_file: {error}") from None
    return text.strip()


def _number(value: Any) -> float:
    """Read a time; NaN, which no comparison lets through, where it is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else math.nan


def _refuse(what: str) -> NoReturn:
    raise RefusedError(f"the provider's token is not for this login ({what})")
