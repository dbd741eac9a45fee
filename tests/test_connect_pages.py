"""The pages on connecting: every kind and every page stands in the index."""

import re
from typing import get_args, get_type_hints

import pytest

from vedette.config.load import parse_site
from vedette.config.site import Feed, Output

HEAD = 'schema = 1\nname = "x"\nreference = { lat_deg = 33.8, lon_deg = 42.4, hae_m = 0.0 }\n'


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


@pytest.mark.parametrize("name", ["detections", "tracks"])
def test_the_tables_of_a_page_make_a_valid_site_file(repository, name):
    page = (repository / "docs" / "connect" / f"{name}.md").read_text()
    tables = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert tables
    parse_site(HEAD + "\n".join(tables), "site")
