"""The registry of invoice layouts, by the name that a contract's `invoice_format` gives.

A CSV layout is a profile file in `cpm_assets/invoice_profiles/`, and only that; a layout of another form is a reader in
`cpm_assets/domain/`, listed here.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from cpm_assets.domain.invoice_layouts import LayoutReader
from cpm_assets.domain.invoice_profile import ProfileError, profile_from
from cpm_assets.domain.profiled_invoice import profile_reader
from cpm_assets.domain.x12.layout import X12_811, read_x12_811

PROFILES = Path(__file__).parents[1] / "invoice_profiles"

READERS: dict[str, LayoutReader] = {X12_811: read_x12_811}
"""The layouts that are no CSV profile."""


@dataclass(frozen=True)
class InvoiceLayout:
    """How a kind of invoice file is read. `revision` changes with a profile, so that its files are read again."""

    name: str
    revision: str
    read: LayoutReader


def layouts_in(directory: Path) -> dict[str, InvoiceLayout]:
    """The layouts of a directory of profiles and those of `READERS`. Raises ProfileError."""
    layouts = {name: InvoiceLayout(name, "", reader) for name, reader in READERS.items()}
    for path in sorted(directory.glob("*.toml")):
        content = path.read_bytes()
        try:
            profile = profile_from(path.stem, tomllib.loads(content.decode()))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ProfileError(f"invoice profile {path.name} is no TOML: {error}") from None
        revision = hashlib.sha256(content).hexdigest()[:8]
        layouts[profile.name] = InvoiceLayout(profile.name, revision, profile_reader(profile))
    return layouts


INVOICE_LAYOUTS = layouts_in(PROFILES)
