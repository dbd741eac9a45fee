"""A login by an outside provider in a real browser: off to another site, and back logged in."""

import contextlib
import shutil
import signal
import subprocess

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright
from replayed import SITE
from replayed_page import FLAGS, PATIENCE_MS, open_page, until
from running import PROGRAM, free_port

pytest.importorskip("joserfc", reason="pip install 'vedette[oidc]'")

from oidc_provider import CLIENT, SECRET, Provider

pytestmark = pytest.mark.browser


@contextlib.contextmanager
def watching(folder, provider):
    """Run `vedette run` with the provider; give its address."""
    site, secret, port = folder / "x.site.toml", folder / "secret", free_port()
    secret.write_text(SECRET)
    oidc = f"""
[oidc]
issuer = "{provider.issuer}"
client_id = "{CLIENT}"
client_secret_file = "{secret}"
redirect_uri = "http://127.0.0.1:{port}/api/oidc/callback"
label = "the base's login"
[oidc.roles]
watch = ["operator"]
"""
    site.write_text(SITE + oidc)
    command = [*PROGRAM, "run", str(site), "--recordings", str(folder / "r"), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            until(lambda: httpx.get(f"{url}/api/health").json()["ok"], url)
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0


def test_a_person_comes_back_from_the_provider_logged_in_and_unlocks_by_it(tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    faults = []
    expect.set_options(timeout=PATIENCE_MS)
    amal = {"sub": "a1", "preferred_username": "amal", "groups": ["watch"]}
    # By another name than ours: to a browser it is another site.
    with (
        Provider(person=amal, host="localhost") as provider,
        watching(tmp_path, provider) as url,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = open_page(browser, url, faults)
        page.get_by_test_id("log-in").click()
        expect(page.get_by_test_id("login-provider")).to_have_text("Log in by the base's login")
        page.get_by_test_id("login-provider").click()
        expect(page.get_by_test_id("me")).to_contain_text("amal operator")
        assert "/authorize" in provider.asked

        # The lock is opened by the provider: there is no password to give here.
        page.keyboard.press("k")
        expect(page.get_by_test_id("unlock-password")).to_have_count(0)
        page.get_by_test_id("unlock-provider").click()
        expect(page.get_by_test_id("lock-dialog")).to_have_count(0)
        expect(page.get_by_test_id("me")).to_contain_text("amal operator")

        # Whom it does not let in is told why, in words.
        provider.person = amal | {"sub": "c3", "groups": []}
        page.goto(f"{url}/api/oidc/login")
        expect(page.get_by_text("none of your groups has a role here")).to_be_visible()
        assert not faults
        browser.close()
    expect.set_options(timeout=5_000)
