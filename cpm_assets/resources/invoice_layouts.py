"""The registry of invoice layouts, by the name that a contract's `invoice_format` gives."""

from cpm_assets.domain.invoice_layouts import DEFAULT_LAYOUT, LayoutReader, read_guide_csv
from cpm_assets.domain.x12.layout import X12_811, read_x12_811

INVOICE_LAYOUTS: dict[str, LayoutReader] = {
    DEFAULT_LAYOUT: read_guide_csv,
    X12_811: read_x12_811,
}
