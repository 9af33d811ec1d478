"""Row-level-security roles of the Power BI model: one per person or group of the access policy.

A role filters as `domain/table_visibility.py` says of the tables that the model has: facts by the granted pairs,
dimensions by what is granted of them. Names are compared with EXACT: DAX's own `=` takes capitals for small letters
(D12). People are assigned to roles in the Power BI service, which knows who they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from cpm_assets.domain.access_policy import ALL, Grant, PolicyRow, sees_everything
from cpm_assets.domain.bi.tables import FACTS
from cpm_assets.domain.bi.tmdl import dax_text, document, tmdl_name, tmdl_object

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def role_files(policy: Iterable[PolicyRow]) -> dict[str, str]:
    """The roles' files, by file name. The same principal as a user and as a group are two."""
    grants: dict[tuple[str, str], set[Grant]] = {}
    for row in policy:
        grants.setdefault((row.principal_type, row.principal), set()).add(row.grant)
    return {
        _file_name(kind, principal): document(_role(kind, principal, sorted(of_principal)))
        for (kind, principal), of_principal in sorted(grants.items())
    }


def _role(kind: str, principal: str, grants: Sequence[Grant]) -> list[str]:
    permissions = []
    if not sees_everything(grants):
        filters = {table: _any(_pair(grant) for grant in grants) for table in FACTS}
        filters["dim_carrier"] = _of("carrier_name", [grant.carrier_name for grant in grants])
        filters["dim_region"] = _of("destination_region", [grant.destination_region for grant in grants])
        for table, condition in filters.items():
            if condition:
                permissions += ["", f"tablePermission {table} = {condition}"]
    return tmdl_object(f"role {tmdl_name(f'{kind} {principal}')}", ["modelPermission: read", *permissions])


def _pair(grant: Grant) -> str:
    conditions = [
        _equals(column, name)
        for column, name in (("carrier_name", grant.carrier_name), ("destination_region", grant.destination_region))
        if name != ALL
    ]
    return " && ".join(conditions)


def _of(column: str, names: Sequence[str]) -> str:
    """The condition that a dimension's row is granted; empty when all of it is."""
    return "" if ALL in names else _any(_equals(column, name) for name in sorted(set(names)))


def _equals(column: str, name: str) -> str:
    return f"EXACT ( [{column}], {dax_text(name)} )"


def _any(conditions: Iterable[str]) -> str:
    return " || ".join(f"( {condition} )" for condition in conditions)


def _file_name(kind: str, principal: str) -> str:
    """Readable where it can be, and never the same for two principals."""
    readable = _UNSAFE.sub("_", principal)[:40]
    return f"{kind}_{readable}_{hashlib.sha256(principal.encode()).hexdigest()[:8]}.tmdl"
