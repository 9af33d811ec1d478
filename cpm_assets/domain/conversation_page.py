"""One answer of Genesys' conversation details, or one line of the raw file made of such answers, as a page of legs.

Reading only, and which page comes next; what is asked when is in `resources/analytics_source.py`.
"""

from dataclasses import dataclass
from datetime import datetime

from cpm_assets.domain.conversation_legs import conversation_legs
from cpm_assets.domain.extraction_errors import MalformedPage
from cpm_assets.domain.page_walk import Page, parsed_json
from cpm_assets.domain.session_segments import instant


@dataclass(frozen=True)
class ConversationPage(Page):
    """A page of legs with what only these answers have.

    `conversations` are as received; `total_hits` is the query's count of conversations, `available_until` the instant
    (UTC) up to which a job's data reached. `total` is always None: no answer counts legs.
    """

    conversations: list[object]
    total_hits: int | None
    available_until: datetime | None


def read_conversation_page(number: int, body: bytes) -> ConversationPage:
    """Reads an answer's bytes. Raises `MalformedPage` saying what was wrong.

    A job's answer without conversations is an empty page, as the API leaves empty lists out; one of another shape is
    not.
    """
    document = parsed_json(number, body)
    if not isinstance(document, dict):
        raise MalformedPage(f"page {number} is a JSON {type(document).__name__}, not an object")
    conversations = document.get("conversations", [])
    if not isinstance(conversations, list):
        raise MalformedPage(f"page {number} has conversations that are no list")
    total_hits = document.get("totalHits")
    if total_hits is not None and (type(total_hits) is not int or total_hits < 0):
        raise MalformedPage(f"page {number} has a totalHits that is no count of conversations")
    if "conversations" not in document and total_hits != 0 and "dataAvailabilityDate" not in document:
        raise MalformedPage(f"page {number} has neither conversations nor a count of none, so it is incomplete")
    cursor = document.get("cursor")
    if cursor is not None and (not isinstance(cursor, str) or not cursor):
        raise MalformedPage(f"page {number} has a cursor that is neither null nor a text")
    legs = [leg for conversation in conversations for leg in conversation_legs(conversation)]
    available_until = instant(document.get("dataAvailabilityDate"))
    return ConversationPage(number, body, legs, None, cursor, conversations, total_hits, available_until)
