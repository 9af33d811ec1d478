"""The console: one plain line per log message, instead of Dagster's prefixes of run and job ids."""

from __future__ import annotations

import logging
import sys

import dagster as dg


class _PlainFormatter(logging.Formatter):
    def __init__(self, expected_failure: str) -> None:
        super().__init__()
        self._expected_failure = expected_failure

    def format(self, record: logging.LogRecord) -> str:
        metadata = getattr(record, "dagster_meta", {})
        text = metadata.get("orig_message") or record.getMessage()
        step = metadata.get("step_key")
        level = "" if record.levelno < logging.WARNING else f"{record.levelname.lower()}: "
        causes = _causes(metadata.get("dagster_event"))
        if step and step == self._expected_failure and causes:
            level, text, causes = "as expected here: ", causes[-1].partition(": ")[2] or causes[-1], []
        lines = f"{self.formatTime(record, '%H:%M:%S')}  {f'{step}: ' if step else ''}{level}{text}"
        return "\n          ".join([lines, *causes])


def _causes(event: dg.DagsterEvent | None) -> list[str]:
    """What went wrong, a line each from the outermost error to the innermost; Dagster's UI has the whole trace."""
    error = getattr(event.event_specific_data, "error", None) if event else None
    messages = []
    while error is not None:
        messages.append(error.message.strip())
        error = error.cause
    return messages


def _is_of_interest(record: logging.LogRecord) -> bool:
    """Leaves out Dagster's note that a check told its result by day, not as the step's output (`checks.py`)."""
    return "did not yield or return expected outputs" not in record.getMessage()


def _is_run_failure_of(step: str, record: logging.LogRecord) -> bool:
    """Whether it only repeats, for the run, that this one step failed."""
    event = getattr(record, "dagster_meta", {}).get("dagster_event")
    is_of_run = event is not None and event.event_type == dg.DagsterEventType.RUN_FAILURE
    return is_of_run and f"Steps failed: ['{step}']" in record.getMessage()


@dg.logger(
    {
        "log_level": dg.Field(
            str, is_required=False, default_value="INFO", description="the least level that is shown"
        ),
        "expected_failure": dg.Field(
            str, is_required=False, default_value="", description="a step whose failure is no error to whoever watches"
        ),
    },
    description="One plain line per message on standard error.",
)
def plain_console(context: dg.InitLoggerContext) -> logging.Logger:
    """Time (local clock of the machine), step and message; a warning says so."""
    logger = logging.Logger("cpm_assets", context.logger_config["log_level"])
    expected_failure = context.logger_config["expected_failure"]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_PlainFormatter(expected_failure))
    handler.addFilter(_is_of_interest)
    handler.addFilter(lambda record: not expected_failure or not _is_run_failure_of(expected_failure, record))
    logger.addHandler(handler)
    return logger
