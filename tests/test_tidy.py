"""What docs/CONVENTIONS.md says and a machine can check."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCE = REPOSITORY / "src" / "vedette"
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
CORE = [
    "base",
    "geo",
    "kernels",
    "model",
    "codecs",
    "measurements",
    "tracking",
    "correlation",
    "identity",
    "threat",
    "warning",
    "decision",
    "notes",
    "zones",
    "incident",
    "health",
]
PYTHON = sorted(SOURCE.rglob("*.py"))
QUANTITIES = re.compile(
    r"(^|_)(range|azimuth|elevation|height|speed|velocity|latency|duration|distance|radius|delay"
    r"|altitude|timeout|period|interval|heading|bearing)$"
)
BANNED_MODULES = {"utils", "common", "helpers", "manager", "misc"}


def tracked(*patterns: str) -> list[Path]:
    """List the files under version control, or all where there is no git."""
    found = subprocess.run(
        ["git", "ls-files", "--", *patterns],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return [REPOSITORY / line for line in found.stdout.splitlines()]


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_source_file_is_longer_than_500_lines():
    files = tracked("*.py", "*.ts", "*.tsx", "*.css")
    files = [f for f in files if f.is_file() and "generated" not in f.parts]
    long = {str(f): n for f in files if (n := len(f.read_text().splitlines())) > FILE_LINES_MAX}
    assert not long


def test_no_function_is_longer_than_70_lines():
    long = {
        f"{path.relative_to(REPOSITORY)}:{f.name}": f.end_lineno - f.lineno + 1
        for path in PYTHON
        for f in functions(path)
        if f.end_lineno - f.lineno + 1 > FUNCTION_LINES_MAX
    }
    assert not long


def test_no_module_is_named_after_nothing():
    assert not [p for p in PYTHON if p.stem in BANNED_MODULES or p.parent.name in BANNED_MODULES]


def test_every_module_and_public_function_has_a_docstring():
    missing = []
    for path in PYTHON:
        tree = ast.parse(path.read_text())
        if not ast.get_docstring(tree):
            missing.append(str(path.relative_to(REPOSITORY)))
        for node in tree.body:
            named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if named and not node.name.startswith("_") and not ast.get_docstring(node):
                missing.append(f"{path.relative_to(REPOSITORY)}:{node.name}")
    assert not missing


def test_physical_arguments_carry_their_unit():
    bare = [
        f"{path.relative_to(REPOSITORY)}:{f.name}({arg.arg})"
        for path in PYTHON
        for f in functions(path)
        for arg in [*f.args.args, *f.args.kwonlyargs]
        if QUANTITIES.search(arg.arg)
    ]
    assert not bare


def test_the_core_draws_no_random_numbers_and_catches_nothing_blindly():
    sins = []
    for path in PYTHON:
        text = path.read_text()
        package = path.relative_to(SOURCE).parts[0]
        if package in CORE and re.search(r"np\.random|default_rng", text):
            sins.append(f"{path}: random")
        if re.search(r"except\s*:|except (Base)?Exception\b", text):
            sins.append(f"{path}: blind except")
    assert not sins


def test_no_weapon_driver_exists():
    """Effectors are models: nothing but the simulator may even name one as a module."""
    named = [p for p in PYTHON if re.search(r"effector|weapon|interceptor|jammer", p.stem)]
    assert [p.relative_to(SOURCE).as_posix() for p in named] in (
        [],
        ["simulator/effectors.py"],
    )


def test_every_site_key_is_documented():
    text = (REPOSITORY / "docs" / "site-file.md").read_text()
    tree = ast.parse((SOURCE / "config" / "site.py").read_text())
    keys = {
        item.target.id
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    }
    assert not sorted(key for key in keys if f"`{key}`" not in text)


def test_relative_links_in_the_documents_lead_somewhere():
    broken = []
    for page in tracked("*.md"):
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(REPOSITORY)}: {target}")
    assert not broken


@pytest.mark.parametrize("name", ["check", "test", "demo", "bench", "docs", "setup"])
def test_make_has_the_promised_targets(name):
    assert re.search(rf"^{name}:", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)


def test_what_is_set_up_is_not_set_up_again_by_the_next_demo():
    if not (SOURCE / "kernels" / "__pycache__" / ".compiled").is_file():
        pytest.skip("not set up by make: make setup")
    asked = subprocess.run(
        ["make", "--dry-run", "demo"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert "vedette demo" in asked.stdout
    assert "warm-up" not in asked.stdout


def test_the_versions_agree():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert f'"{project["version"]}"' in (SOURCE / "__init__.py").read_text()
