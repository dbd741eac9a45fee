"""What is refused is told in plain words: the field by its name, never a regular expression."""

import json

import pytest

from vedette.base.errors import RefusedError
from vedette.model.enums import Role
from vedette.server.commands import Stamp, parse_command
from vedette.server.report_routes import StatementText
from vedette.server.strict import decode_json

STAMP = Stamp(person="A. Malik", roles=tuple(Role), session="s", t_recv_ns=1)
NOTE = {"command": "annotate", "command_id": "c1", "text": "seen", "track_id": 1}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "a\u202eb"}, "text: holds a character that cannot be seen"),
        ({"text": "a`] - at `$.b`\u2066"}, "text: holds a character that cannot be seen"),
        ({"command_id": "c 1"}, "command_id: holds characters that may not be in it"),
        ({"track_id": -1}, "Expected `int` >= 0 - at `$.track_id`"),
    ],
)
def test_a_refused_command_names_its_field_in_plain_words(fields, words):
    body = json.dumps(NOTE | {"lat_deg": None, "lon_deg": None} | fields).encode()
    with pytest.raises(RefusedError) as refused:
        parse_command(body, STAMP)
    assert str(refused.value).startswith(words)
    assert "regex" not in str(refused.value)


def test_a_refused_statement_does_so_too():
    with pytest.raises(RefusedError, match=r"^text: holds a character that cannot be seen"):
        decode_json(b'{"text": "a\\u202eb"}', StatementText, 100)
