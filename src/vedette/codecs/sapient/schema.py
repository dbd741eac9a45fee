"""The messages of BSI Flex 335 v2.0, and the rules that their own description carries.

Out: the class of SapientMessage; for each kind of message inside it a `MessageRule`, made from
the descriptors: the standard's files mark what is mandatory, a UUID or a ULID (proto_options).
protobuf and the generated classes are loaded at the first use: a site without SAPIENT never
pays the tenth of a second, and nothing of it runs when this package is imported.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

ICD_VERSION = "BSI Flex 335 v2.0"
PACKAGE = "sapient_msg."
# Identifiers that the files describe in words only.
_UNMARKED = {
    "Registration.dependent_nodes": "uuid",
    "FollowObject.follow_object_id": "ulid",
}
# Mandatory in words: where a detection comes from is no use without when.
_NEEDED = frozenset({"DerivedDetection.timestamp"})


@dataclass(slots=True, frozen=True)
class FieldRule:
    """One field: what its value must be. form: "uuid", "ulid", "text", "enum", "number",
    "message", or "plain" for what may be anything.

    values: the numbers an enum has. child: the full name of the message inside.
    """

    name: str
    form: str
    repeated: bool
    mandatory: bool
    values: frozenset[int] = frozenset()
    child: str = ""


@dataclass(slots=True, frozen=True)
class MessageRule:
    """One kind of message ("Registration.Duration"): its fields by number, and which must be."""

    name: str
    fields: dict[int, FieldRule] = field(default_factory=dict)
    mandatory: frozenset[int] = frozenset()
    choices: tuple[tuple[str, frozenset[int]], ...] = ()  # of each, one field must be there


@cache
def message_class() -> Any:
    """Load the generated class of SapientMessage."""
    from sapient_msg.bsi_flex_335_v2_0 import sapient_message_pb2

    return sapient_message_pb2.SapientMessage


@cache
def rules() -> dict[str, MessageRule]:
    """Make the rules of every kind of message in a SapientMessage, by full name."""
    found: dict[str, MessageRule] = {}
    _add(message_class().DESCRIPTOR, found)
    return found


def _add(descriptor: Any, found: dict[str, MessageRule]) -> None:
    if descriptor.full_name in found:
        return
    fields = {each.number: _field_rule(each) for each in descriptor.fields}
    needed = frozenset(number for number, rule in fields.items() if rule.mandatory)
    choices = tuple(
        (each.name, frozenset(one.number for one in each.fields))
        for each in descriptor.oneofs
        if _says(each, "oneof_options", "is_mandatory")
    )
    name = descriptor.full_name.split(".", 2)[2]  # after sapient_msg.bsi_flex_335_v2_0
    found[descriptor.full_name] = MessageRule(name, fields, needed, choices)
    for each in descriptor.fields:
        if each.message_type is not None and each.message_type.full_name.startswith(PACKAGE):
            _add(each.message_type, found)


def _field_rule(descriptor: Any) -> FieldRule:
    name = f"{descriptor.containing_type.name}.{descriptor.name}"
    mandatory = name in _NEEDED or _says(descriptor, "field_options", "is_mandatory")
    child = descriptor.message_type.full_name if descriptor.message_type is not None else ""
    enum = descriptor.enum_type
    return FieldRule(
        name=descriptor.name,
        form=_form(descriptor, name, mandatory),
        repeated=descriptor.is_repeated,
        mandatory=mandatory,
        values=frozenset(enum.values_by_number) if enum is not None else frozenset(),
        child=child,
    )


def _form(descriptor: Any, name: str, mandatory: bool) -> str:
    """Say what a field's value is held against; "plain": nothing."""
    for form in ("uuid", "ulid"):
        if _says(descriptor, "field_options", f"is_{form}"):
            return form
    if name in _UNMARKED:
        return _UNMARKED[name]
    if descriptor.message_type is not None:
        return "message"
    if descriptor.enum_type is not None:
        return "enum"
    if descriptor.type in (descriptor.TYPE_FLOAT, descriptor.TYPE_DOUBLE):
        return "number"
    is_text = descriptor.type in (descriptor.TYPE_STRING, descriptor.TYPE_BYTES)
    chosen = descriptor.containing_oneof is not None and len(descriptor.containing_oneof.fields) > 1
    return "text" if is_text and (mandatory or chosen) else "plain"


def _says(descriptor: Any, extension: str, option: str) -> bool:
    """Read one of the standard's own options of a field or a choice of fields."""
    from sapient_msg import proto_options_pb2

    options = descriptor.GetOptions().Extensions[getattr(proto_options_pb2, extension)]
    return bool(getattr(options, option))
