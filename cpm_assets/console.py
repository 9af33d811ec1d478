"""The console: one plain line per log message, instead of Dagster's prefixes of run and job ids."""

from __future__ import annotations

import logging
import sys

import dagster as dg


class _PlainFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        metadata = getattr(record, "dagster_meta", {})
        text = metadata.get("orig_message") or record.getMessage()
        step = metadata.get("step_key")
        level = "" if record.levelno < logging.WARNING else f"{record.levelname.lower()}: "
        lines = f"{self.formatTime(record, '%H:%M:%S')}  {f'{step}: ' if step else ''}{level}{text}"
        return "\n          ".join([lines, *_causes(metadata.get("dagster_event"))])


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


@dg.logger(
    {"log_level": dg.Field(str, is_required=False, default_value="INFO", description="the least level that is shown")},
    description="One plain line per message on standard error.",
)
def plain_console(context: dg.InitLoggerContext) -> logging.Logger:
    """Time (local clock of the machine), step and message; a warning says so."""
    logger = logging.Logger("cpm_assets", context.logger_config["log_level"])
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_PlainFormatter())
    handler.addFilter(_is_of_interest)
    logger.addHandler(handler)
    return logger
