"""What people did at the service: the audit trail's rows. No input of the pipeline."""

import msgspec

from vedette.model.enums import Role


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One act of one person, or of somebody who is not logged in (person "").

    session: the public id of the login; address: from where; what: the act; about: of what, in
    words; status: as HTTP answered; reason: why it was refused, "" where it was done. A password,
    and what was typed where a name belongs and is none, is never in it.
    """

    t_ns: int
    what: str
    status: int
    person: str = ""
    roles: tuple[Role, ...] = ()
    session: str = ""
    address: str = ""
    about: str = ""
    reason: str = ""


class ActRow(msgspec.Struct, frozen=True, kw_only=True):
    """An act with its number in the record."""

    seq: int
    act: Act
