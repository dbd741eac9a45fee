"""People whom an outside identity provider vouches for: who they are here, and what they may do.

A person is the provider's subject. The name under which a subject first logs in is that subject's
until the service ends, and nobody else's: who changes their name at the provider does not become a
second person, and no two people share one. Roles come by the site's table alone.
"""

from typing import Any

import msgspec

from vedette.base.errors import RefusedError
from vedette.config.accounts import name_fault, role_fault
from vedette.config.site import Oidc
from vedette.model.enums import Role

PEOPLE_MAX = 2_000
GROUPS_MAX = 1_000


class Outsider(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody the provider knows. subject: who it is to the provider; there is no password."""

    name: str
    roles: list[Role]
    subject: str


class Outsiders:
    """The names that subjects have."""

    def __init__(self, settings: Oidc) -> None:
        """settings: the site's."""
        self._settings = settings
        self._names: dict[str, str] = {}  # subject -> name
        self._subjects: dict[str, str] = {}  # name as it is compared -> subject

    def of(self, claims: dict[str, Any]) -> Outsider:
        """Give the person of checked claims.

        Raises RefusedError where no role is theirs, the roles must not be together, or the name is
        none, or another's.
        """
        subject = claims["sub"]
        roles = self.roles(claims)
        if not roles:
            raise RefusedError("the provider knows you, but none of your groups has a role here")
        fault = role_fault(roles)
        if fault:
            raise RefusedError(f"your roles {fault}")
        name = self._names.get(subject) or self._taken(subject, self.name(claims))
        return Outsider(name=name, roles=roles, subject=subject)

    def name(self, claims: dict[str, Any]) -> str:
        """Read the name."""
        name = claims.get(self._settings.name_claim)
        fault = name_fault(name) if isinstance(name, str) else "it is no text"
        if fault:
            raise RefusedError(f"the claim {self._settings.name_claim} is no name: {fault}")
        return str(name)

    def _taken(self, subject: str, name: str) -> str:
        key = name.casefold()
        if self._subjects.get(key, subject) != subject:
            raise RefusedError("that name is another person's here: ask who keeps the provider")
        if len(self._names) >= PEOPLE_MAX:
            raise RefusedError("too many people have logged in: restart the service")
        self._subjects[key] = subject
        self._names[subject] = name
        return name

    def roles(self, claims: dict[str, Any]) -> list[Role]:
        """Give the roles of the person's groups, by the site's table."""
        told = claims.get(self._settings.roles_claim)
        groups = [told] if isinstance(told, str) else told if isinstance(told, list) else []
        found = {
            role
            for group in groups[:GROUPS_MAX]
            if isinstance(group, str)
            for role in self._settings.roles.get(group, ())
        }
        return sorted(found)
