"""What libasterix makes of ASTERIX records; runs in the environment of `make peers`.

    .venv-peers/bin/python tests/oracles/asterix_oracle.py < questions.json > answers.json

A question: [edition ("021_2_6"), data block as hex]. An answer: its records, each {item or
item/subfield: [[bit where the element begins, bits, number, value, unit, text], ...]}, FX bits not
counted; or in words why there are none.
"""

import json
import sys

from asterix import base, generated


def element(found, at):
    """Describe one element: where it is, its number, and its value, unit or text."""
    value = unit = text = None
    rule = found._get_rule()
    content = rule._get_content() if hasattr(rule, "_get_content") else None
    if isinstance(content, base.ContentQuantity):
        value, unit = content._as_quantity(), content.__class__.cv_unit
    elif isinstance(content, base.ContentString):
        text = content.as_string()
    return [at, found.__class__.cv_bit_size, found.as_uint(), value, unit, text]


def elements(found, at=0):
    """List the elements of a fixed or extended item."""
    if isinstance(found, base.Element):
        return [element(found, at)]
    if isinstance(found, base.Group):
        pairs = zip(found.arg, found.__class__.cv_items_list, strict=False)
    elif isinstance(found, base.Extended):
        groups = zip(found.arg, found.__class__.cv_items_list, strict=False)
        pairs = (pair for parts, specs in groups for pair in zip(parts, specs, strict=False))
    else:
        return []
    out = []
    for part, spec in pairs:
        if part is None:
            continue
        if isinstance(part, base.Item) and hasattr(part.arg.arg, "arg"):
            out += elements(part.arg.arg.arg, at)
        at += spec[1]
    return out


def record_of(record):
    """Give the items of one record."""
    out = {}
    for name, item in record.items_regular.items():
        found = getattr(item.arg, "arg", None)
        if isinstance(found, base.Compound):
            for part, inside in found.arg.items():
                out[f"{name}/{part}"] = elements(getattr(inside.arg, "arg", None))
        else:
            out[name] = elements(found)
    return out


def answer(edition, text):
    """Give the records of one block."""
    uap = getattr(generated, f"Cat_{edition}").cv_uap
    blocks = base.RawDatablock.parse(base.Bits.from_bytes(bytes.fromhex(text)))
    if isinstance(blocks, ValueError):
        return str(blocks)
    records = uap.parse(blocks[0].get_raw_records())
    return str(records) if isinstance(records, ValueError) else list(map(record_of, records))


if __name__ == "__main__":
    json.dump([answer(*question) for question in json.load(sys.stdin)], sys.stdout)
