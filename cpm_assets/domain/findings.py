"""Findings of `make doctor`: what was looked at, whether it is right, and what to do where it is not.

Their form only, and the two things done to every text before it is shown: no secret is in it, and nothing that a
terminal obeys. What makes a finding is in `domain/diagnosis/`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from cpm_assets.domain.secret_texts import without_secrets
from cpm_assets.domain.terminal_text import terminal_text

OK, WARN, FAIL = "ok", "warn", "fail"
_VERDICT_WIDTH, _SUBJECT_WIDTH = 4, 16


@dataclass(frozen=True)
class Finding:
    """One line of the report. `remedy` is what to do, empty where all is well."""

    subject: str
    verdict: str
    text: str
    remedy: str = ""


def fit_to_show(finding: Finding, secrets: Collection[str]) -> Finding:
    """The finding without the secrets and without what a terminal would obey."""
    return Finding(
        finding.subject,
        finding.verdict,
        terminal_text(without_secrets(finding.text, secrets)),
        terminal_text(without_secrets(finding.remedy, secrets)),
    )


def shown_line(finding: Finding) -> str:
    """As it is printed."""
    remedy = f" To do: {finding.remedy}." if finding.remedy else ""
    line = f"{finding.verdict:<{_VERDICT_WIDTH}}  {finding.subject:<{_SUBJECT_WIDTH}}  {finding.text}"
    return f"{line}{'' if line.endswith('.') or not remedy else '.'}{remedy}"


def as_document(findings: Sequence[Finding]) -> dict[str, object]:
    """As `--json` prints it."""
    return {
        "is_right": not is_wrong(findings),
        "findings": [
            {"subject": each.subject, "verdict": each.verdict, "text": each.text, "to_do": each.remedy or None}
            for each in findings
        ],
    }


def is_wrong(findings: Iterable[Finding]) -> bool:
    """Whether anything has to be mended before this installation works; a warning does not count."""
    return any(each.verdict == FAIL for each in findings)
