"""A small real identity provider on loopback: OpenID Connect with a real RSA key, and faults."""

import base64
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "vedette", "a real secret"


@dataclass
class Provider:
    """One provider. person: who sits at its login page; spoil: changes a token's claims."""

    person: dict = field(default_factory=lambda: {"sub": "1", "preferred_username": "amal"})
    spoil: dict = field(default_factory=dict)
    sign_with: str = "own"  # "own", "stranger", "none", "HS256"
    error: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    stranger: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, auto_kid=True))
    codes: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    issuer_told: str = ""
    host: str = "127.0.0.1"  # as it calls itself

    def __enter__(self):
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                provider.get(self)

            def do_POST(self):
                provider.post(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://{self.host}:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def turn_keys(self):
        """Sign with another key from now on, as providers do now and then."""
        self.key = RSAKey.generate_key(2048, auto_kid=True)

    def get(self, handler):
        parts = urlsplit(handler.path)
        self.asked.append(parts.path)
        if parts.path == "/.well-known/openid-configuration":
            answer(
                handler,
                {
                    "issuer": self.issuer_told or self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/jwks",
                },
            )
        elif parts.path == "/jwks":
            answer(handler, KeySet([self.key]).as_dict(private=False))
        elif parts.path == "/authorize":
            self.authorize(handler, {k: v[0] for k, v in parse_qs(parts.query).items()})
        else:
            answer(handler, {}, 404)

    def authorize(self, handler, query):
        """Send the browser back, as if its person had just logged in."""
        back = {"state": query["state"], "iss": self.issuer}
        if self.error:
            back["error"] = self.error
        else:
            back["code"] = f"code-{len(self.codes)}"
            self.codes[back["code"]] = query
        handler.send_response(302)
        handler.send_header("location", query["redirect_uri"] + "?" + urlencode(back))
        handler.send_header("content-length", "0")
        handler.end_headers()

    def post(self, handler):
        length = int(handler.headers["content-length"])
        form = {k: v[0] for k, v in parse_qs(handler.rfile.read(length).decode()).items()}
        self.asked.append("/token")
        query = self.codes.pop(form.get("code"), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        if (
            query is None
            or query["code_challenge_method"] != "S256"
            or query["code_challenge"] != challenge
            or query["redirect_uri"] != form["redirect_uri"]
            or handler.headers.get("authorization") != f"Basic {basic}"
        ):
            answer(handler, {"error": "invalid_grant"}, 400)
            return
        answer(
            handler, {"access_token": "x", "token_type": "Bearer", "id_token": self.token(query)}
        )

    def token(self, query):
        now_s = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now_s,
            "exp": now_s + 300,
            "nonce": query["nonce"],
            **self.person,
            **self.spoil,
        }
        claims = {key: value for key, value in claims.items() if value is not None}
        if self.sign_with == "own":
            return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)
        if self.sign_with == "stranger":
            return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.stranger)
        head = {"alg": self.sign_with, "kid": self.key.kid}
        parts = [base64url(json.dumps(part).encode()) for part in (head, claims)]
        return ".".join([*parts, "" if self.sign_with == "none" else base64url(b"x" * 32)])


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def answer(handler, body, status=200):
    data = json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)
