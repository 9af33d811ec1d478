"""The ways in which an extraction fails (D23): each is a failed day, never an empty one, but for one not there yet.

Only the exception types belong here, so that the page walk, the HTTP client and the lake can share them. A message is
written for on-call and never holds a secret.
"""


class ExtractionError(Exception):
    """The usage API did not answer completely. Nothing of this extraction replaces what was there."""


class MalformedPage(ExtractionError):
    """An answer that is not a page: no JSON, cut off, or of the wrong shape. Asking again may help."""


class IncompleteExtraction(ExtractionError):
    """Every page was read, or the walk went in a circle, and legs are still missing."""


class SourceRefused(ExtractionError):
    """The API refused the request (4xx, or no valid token): asking again would not help."""


class RetriesExhausted(ExtractionError):
    """The retry budget of one request is used up."""


class NotYetAvailable(ExtractionError):
    """The source does not have the whole window yet: nothing went wrong, and it is asked again later."""


class InvalidWindow(ExtractionError):
    """A window that this product does not ask for: naive, empty, or longer than 24 hours."""
