"""The page as it is built: its own tests, its types, its size."""

import gzip
import shutil
import subprocess

import pytest

FIRST_VISIT_MAX_BYTES = 1_000_000


@pytest.fixture
def web(repository):
    folder = repository / "web"
    if not (folder / "node_modules" / "vitest").is_dir() or shutil.which("npx") is None:
        pytest.skip("no web/node_modules: make page")
    return folder


@pytest.mark.parametrize("words", [("tsc", "--noEmit"), ("vitest", "run", "--no-color")])
def test_the_page_passes_its_own_checks(web, words):
    done = subprocess.run(
        ["npx", "--no-install", *words], cwd=web, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_a_first_visit_loads_less_than_a_megabyte(repository):
    static = repository / "src" / "vedette" / "server" / "static"
    if not (static / "index.html").is_file():
        pytest.skip("the page is not built: make page")
    files = [path for path in static.rglob("*") if path.is_file()]
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in files}
    assert any(name.startswith("air-map") for name in sizes)
    assert sum(sizes.values()) < FIRST_VISIT_MAX_BYTES, sizes
