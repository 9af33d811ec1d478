"""Claims about `domain/secret_texts.py`, `terminal_text.py` and `findings.py`: what is shown holds no secret, and
nothing that a terminal obeys."""

import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpm_assets.domain.findings import FAIL, OK, WARN, Finding, as_document, fit_to_show, is_wrong, shown_line
from cpm_assets.domain.secret_texts import basic_credentials, secrets_of, without_secrets
from cpm_assets.domain.terminal_text import terminal_text

LONG_TEXTS = st.text(st.characters(codec="utf-8"), min_size=8, max_size=40)


@settings(max_examples=50)
@given(secret=LONG_TEXTS, before=st.text(max_size=5), after=st.text(max_size=5))
def test_a_secret_is_blacked_out_in_every_form_in_which_a_message_may_quote_it(
    secret: str, before: str, after: str
) -> None:
    """An API that quotes the request, an exception that quotes the address: the report is pasted into a ticket."""
    secrets = secrets_of({"GENESYS_CLIENT_ID": "client", "GENESYS_CLIENT_SECRET": secret})
    forms = [secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], quote(secret), quote_plus(secret)]
    for form in [*forms, basic_credentials("client", secret)]:
        assert form not in without_secrets(f"<{before}|{form}|{after}>", secrets).replace("***", "")


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("CPM_ALERT_WEBHOOK_URL", "https://hooks.example.com/services/T00/B00/wxyz", "services/T00/B00/wxyz"),
        ("CPM_HEARTBEAT_URL", "https://beats.example.com/5d1c-9e7a", "5d1c-9e7a"),
        ("HTTPS_PROXY", "http://user:p%40ssw0rd@proxy.example.com:8080", "p@ssw0rd"),
        ("GENESYS_API_URL", "https://me:hunter22@edge.example.com", "hunter22"),
        ("SFTP_ACME_PASSWORD", "correct horse", "correct horse"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI", "wJalrXUtnFEMI"),
    ],
)
def test_secrets_are_known_by_their_variables_and_within_addresses(name: str, value: str, secret: str) -> None:
    """The webhook's path is its password, and a proxy's stands in its address."""
    assert secret not in without_secrets(f"cannot reach {value}: {secret}", secrets_of({name: value}))


def test_the_client_id_is_no_secret() -> None:
    """It stamps the data directory (D26) and is what an administrator looks for."""
    assert "abc-123" in without_secrets("organization abc-123", secrets_of({"GENESYS_CLIENT_ID": "abc-123"}))


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    """A carrier's file name that clears the line above it hides its own reject."""
    shown = terminal_text(text)
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2K\rok", "\\x1b[2K\\rok"),
        ("a\u202etxt.exe", "a\\u202etxt.exe"),
        ("Zürich 電話", "Zürich 電話"),
        ("line\nline", "line\\nline"),
    ],
)
def test_control_and_direction_characters_are_written_as_escapes_and_letters_as_themselves(
    text: str, shown: str
) -> None:
    """Names in other scripts must stay readable."""
    assert terminal_text(text) == shown


def test_a_finding_is_a_line_with_what_to_do_and_a_warning_is_not_wrong() -> None:
    """Scripts go by the exit status: a warning must not stop an installation."""
    finding = Finding("disk", WARN, "3 MiB free\x07", "free space")
    assert shown_line(fit_to_show(finding, ())) == "warn  disk              3 MiB free\\x07. To do: free space."
    assert not is_wrong([finding, Finding("inbox", OK, "empty")])
    assert is_wrong([finding, Finding("inbox", FAIL, "gone", "make it")])
    assert as_document([finding])["is_right"] is True
