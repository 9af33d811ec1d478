"""Who looks: the person whose rows a page may show.

Belongs here: who the present viewer is. How somebody signs in is `sign_in.py`; which rows a viewer may see follows from
the access policy of the published version (`published.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cpm_assets.domain.access_policy import EVERYTHING, Grant, PolicyRow, grants_of_person
from cpm_assets.settings import SignIn

SIGN_IN_LASTS = timedelta(hours=12)
"""Streamlit keeps a sign-in for 30 days and looks at no expiry: a person who left the groups must lose them before."""


@dataclass(frozen=True)
class Viewer:
    """A person and the groups they are in, by the names that grants use."""

    name: str
    groups: frozenset[str] = frozenset()
    is_local: bool = False

    def grants(self, policy: Iterable[PolicyRow]) -> frozenset[Grant]:
        """What a policy grants the viewer; the local one sees everything."""
        return EVERYTHING if self.is_local else grants_of_person(policy, self.name, self.groups)


LOCAL = Viewer("local", is_local=True)
"""Whoever sits at this machine: without a sign-in the dashboard answers on loopback only."""


def signed_in_viewer(claims: Mapping[str, object], sign_in: SignIn, now: datetime) -> Viewer | None:
    """The person of an identity token's claims; None for nobody, for a sign-in that is over, and without a name.

    An address that its provider says is not verified is nobody's: anybody could have entered it.
    """
    issued_at, name = claims.get("iat"), claims.get(sign_in.user_claim)
    if not claims.get("is_logged_in") or not isinstance(issued_at, int | float) or not isinstance(name, str):
        return None
    if now - datetime.fromtimestamp(issued_at, UTC) > SIGN_IN_LASTS or not name.strip():
        return None
    if sign_in.user_claim == "email" and claims.get("email_verified") in (False, "false"):
        return None
    groups = claims.get(sign_in.groups_claim)
    stated = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    return Viewer(name.strip(), frozenset(group for group in stated if isinstance(group, str)))
