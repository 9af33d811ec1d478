"""Genesys Cloud's documented source of legs: conversation details by job, and by query for what is provisional (D24).

What is read by which is in `domain/analytics_plan.py`, jobs are in `analytics_jobs.py`; a conversation becomes legs in
`domain/conversation_legs.py`. Pages are stored by `usage_extraction.py`, as those of any source.
"""

from collections.abc import Generator
from datetime import datetime
from types import TracebackType
from typing import Any, Self, Unpack

from cpm_assets.domain.analytics_plan import QUERY_PAGE_SIZE, check_available, is_read_by_job
from cpm_assets.domain.conversation_page import ConversationPage, read_conversation_page
from cpm_assets.domain.extraction_errors import IncompleteExtraction
from cpm_assets.domain.extraction_plan import check_window
from cpm_assets.domain.page_readers import GENESYS_ANALYTICS
from cpm_assets.domain.page_walk import MAX_PAGES
from cpm_assets.resources.analytics_jobs import AnalyticsJobs, JobNotes
from cpm_assets.resources.genesys_client import ClientOptions, GenesysClient
from cpm_assets.resources.usage_source import written

QUERY_PATH = "/api/v2/analytics/conversations/details/query"

_VOICE = [{"type": "or", "predicates": [{"type": "dimension", "dimension": "mediaType", "value": "voice"}]}]
"""Conversations that were spoken in; a chat or an e-mail has no line."""


def voice_query(start: datetime, end: datetime) -> dict[str, Any]:
    """What jobs and queries ask: the conversations spoken in that were active in the half-open window (UTC)."""
    return {
        "interval": f"{written(start)}/{written(end)}",
        "order": "asc",
        "orderBy": "conversationStart",
        "segmentFilters": _VOICE,
    }


class AnalyticsUsageSource:
    """Legs from conversation details. A context manager; `client` are the keywords of `GenesysClient`.

    Every page holds all of a conversation that was active in the window, so it also has legs of the days around it:
    they are kept and counted, and costed on their own day (D16).
    """

    name = GENESYS_ANALYTICS

    def __init__(self, notes: JobNotes, **client: Unpack[ClientOptions]) -> None:
        self._client = GenesysClient(**client)
        self._jobs = AnalyticsJobs(self._client, notes)

    @property
    def requests_sent(self) -> int:
        return self._client.requests_sent

    def __repr__(self) -> str:
        return f"AnalyticsUsageSource({self._client.api_url})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.__exit__(kind, error, trace)

    def pages(self, window_start: datetime, window_end: datetime) -> Generator[ConversationPage]:
        """See `UsageSource.pages`. Raises `NotYetAvailable` before any page for a day that the job does not have yet.

        Jobs that crashed runs left are deleted first.
        """
        check_window(window_start, window_end)
        self._jobs.remove_orphans()
        query = voice_query(window_start, window_end)
        if not is_read_by_job(window_start, window_end, self._client.clock()):
            return self._queried(query)
        check_available(window_end, self._jobs.available_until())
        return self._from_job(query, window_end)

    def _from_job(self, query: dict[str, Any], window_end: datetime) -> Generator[ConversationPage]:
        for page in self._jobs.pages(query):
            if page.available_until is not None:  # it could have gone back since it was asked
                check_available(window_end, page.available_until)
            yield page

    def _queried(self, query: dict[str, Any]) -> Generator[ConversationPage]:
        """The query's pages until it has no more.

        Conversations come in the order of their start, so new ones follow at the end; one that comes late moves the
        others by a place. Then fewer different ones are received than the API counts, and the extraction is incomplete.
        """
        seen: set[object] = set()
        most_hits = 0
        for number in range(1, MAX_PAGES + 1):
            page = self._query_page(query, number)
            yield page
            most_hits = max(most_hits, page.total_hits or 0)
            seen.update(_identity(conversation) for conversation in page.conversations)
            if len(page.conversations) < QUERY_PAGE_SIZE:
                break
        if len(seen) < most_hits:
            raise IncompleteExtraction(
                f"the API counts {most_hits} conversations and {len(seen)} different ones were received"
            )

    def _query_page(self, query: dict[str, Any], number: int) -> ConversationPage:
        return self._client.ask(
            "POST",
            QUERY_PATH,
            lambda response: read_conversation_page(number, response.content),
            name=f"POST {QUERY_PATH} {query['interval']} page {number}",
            body={**query, "paging": {"pageSize": QUERY_PAGE_SIZE, "pageNumber": number}},
        )


def _identity(conversation: object) -> object:
    """What tells a conversation from others; one without an id is itself alone."""
    found = conversation.get("conversationId") if isinstance(conversation, dict) else None
    return found if isinstance(found, str) else id(conversation)
