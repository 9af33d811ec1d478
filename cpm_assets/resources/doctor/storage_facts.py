"""Facts of the data directory: stamp, permissions, sizes, free space. Nothing is made to see whether it can be."""

import os
from pathlib import Path
from statistics import fmean

import psutil

from cpm_assets.domain.diagnosis.storage import StorageFacts
from cpm_assets.resources.data_directory import DataDirectory

MEASURED_DAYS = 14
"""Of the lake's days, the newest so many show its growth."""


def storage_facts(directory: DataDirectory) -> StorageFacts:
    """As they are now. A directory that is not there is judged by the nearest one above it that is."""
    stamp, trouble = None, None
    try:
        stamp = directory.stamp()
    except (OSError, ValueError, KeyError, TypeError) as error:
        trouble = f"{type(error).__name__}: {error}"
    days = sorted(directory.lake.glob("usage/????-??-??"))[-MEASURED_DAYS:]
    sizes = [_bytes_below(day) for day in days]
    published = directory.published_file
    return StorageFacts(
        root=str(directory.root),
        stamp=stamp,
        stamp_trouble=trouble,
        unwritable=_unwritable(directory),
        free_bytes=psutil.disk_usage(str(_nearest(directory.root))).free,
        lake_bytes_a_day=round(fmean(sizes)) if sizes else 0,
        measured_days=len(days),
        published_bytes=published.stat().st_size if published.exists() else 0,
    )


def _unwritable(directory: DataDirectory) -> list[str]:
    places = [directory.root, directory.lake, directory.warehouse, directory.work, directory.published]
    places += [directory.dagster_home, directory.alerts, directory.dispute_packs]
    there = [place for place in places if place.exists()] or [_nearest(directory.root)]
    return [str(place) for place in there if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK))]


def _nearest(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())


def _bytes_below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
