"""The pages on connecting: every kind and every page stands in the index."""

import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from argon2 import PasswordHasher

from vedette.cli import make_parser
from vedette.config.load import parse_site
from vedette.config.site import Feed, Output

PAGES = Path(__file__).parent.parent / "docs" / "connect"
EVERY = sorted(PAGES.glob("*.md"))  # README.md, the index, first


@pytest.mark.parametrize("table", [Feed, Output], ids=["feeds", "outputs"])
def test_every_kind_stands_in_the_index(repository, table):
    index = (repository / "docs" / "connect" / "README.md").read_text()
    missing = [k for k in get_args(get_type_hints(table)["kind"]) if f"`{k}`" not in index]
    assert not missing


def test_every_page_stands_in_the_index(repository):
    folder = repository / "docs" / "connect"
    index = (folder / "README.md").read_text()
    pages = {page.name for page in folder.glob("*.md")} - {"README.md"}
    assert not [name for name in sorted(pages) if f"]({name})" not in index]


def toml_of(page: Path) -> list[str]:
    return re.findall(r"```toml\n(.*?)```", page.read_text(), re.DOTALL)


def site_of(page: Path) -> str:
    """Follow a page: its tables below the index's head, the later of two with one id."""
    (head,) = toml_of(PAGES / "README.md")
    tables = {}
    for table in re.split(r"^(?=\[)", "\n".join(toml_of(page)), flags=re.MULTILINE)[1:]:
        if table.startswith("[[people]]"):  # the page has the reader append this line
            table += f'password = "{PasswordHasher().hash("0123456789")}"\n'
        (name,) = re.findall(r'^(?:id|name) = "(.*)"', table, re.MULTILINE)[:1]
        tables[table.partition("\n")[0].split("#")[0].strip(), name] = table
    return head + "\n".join(tables.values())


@pytest.mark.parametrize("page", [p for p in EVERY[1:] if toml_of(p)], ids=lambda page: page.stem)
def test_the_tables_of_a_page_make_a_valid_site_file(page):
    parse_site(site_of(page), "site")


@pytest.mark.parametrize("page", EVERY, ids=lambda page: page.stem)
def test_the_commands_of_a_page_have_words_that_are_known(page):
    for said in re.findall(
        r"^(?:.*?`| *)vedette ([a-z][^`#&<>|]*?)(?= *[`#&<>|\n])", page.read_text(), re.M
    ):
        if " " in said:
            make_parser().parse_args(said.split())
