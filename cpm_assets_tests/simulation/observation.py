"""What is to be seen on disk after each run of the simulation, and whether it is what must be known.

Read from the files themselves, as an auditor would: receipts, logs, frozen directories, the published version.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cpm_assets.installation import Installation
from cpm_assets.resources.day_comparison import recompute_version
from cpm_assets.resources.frozen_verification import verify_frozen_days
from cpm_assets.resources.frozen_versions import read_version
from cpm_assets_tests.simulation.knowledge import Figures, Knowledge, Reading
from cpm_assets_tests.simulation.runs import Published, published
from cpm_assets_tests.simulation.world import World

GOOD = ("accepted", "empty")


@dataclass
class Observer:
    """Follows one data directory. `check` raises AssertionError that says what is wrong."""

    root: Path
    world: World
    knowledge: Knowledge = field(default_factory=Knowledge)
    builds: dict[str, dict[str, Any]] = field(default_factory=dict)
    closed: dict[date, Figures] = field(default_factory=dict)
    frozen: dict[str, dict[str, str]] = field(default_factory=dict)
    reviews: set[str] = field(default_factory=set)
    _version: str = ""
    _seen: Published = field(default_factory=lambda: Published({}, {}, {}))

    def check(self) -> None:
        """After a run, killed or not: all that is published is what was known, and nothing is half."""
        self._observe_lake()
        self._observe_builds()
        link = self.root / "published" / "cpm.duckdb"
        if link.exists() and link.resolve().name != self._version:
            self._version = link.resolve().name
            self._seen = published(link.resolve())
        self._check_figures()
        self._check_versions()
        self._check_reviews()

    def _observe_lake(self) -> None:
        for path in sorted(self.root.glob("lake/usage/*/*/receipt.json")):
            body = json.loads(path.read_text())
            day, name = date.fromisoformat(body["asked_day"]), body["extraction_id"]
            readings = self.knowledge.readings.setdefault(day, [])
            if all(each.extraction_id != name for each in readings):
                start, end, begun, ended = (
                    datetime.fromisoformat(body[key])
                    for key in ("window_start", "window_end", "started_at", "finished_at")
                )
                legs = {leg.leg_id: leg for leg in self.world.legs.get(day, {}).values() if start <= leg.start < end}
                readings.append(Reading(name, body["kind"], begun, ended, legs))
        for kind, of_world, known in (
            ("rate_cards", self.world.cards, self.knowledge.cards),
            ("waivers", self.world.waived, self.knowledge.waivers),
        ):
            for path in self.root.glob(f"lake/deliveries/{kind}/*.receipt.json"):
                body = json.loads(path.read_text())
                name = body["file_name"]
                known.setdefault(name, (datetime.fromisoformat(body["received_at"]), of_world[name]))

    def _observe_builds(self) -> None:
        """The log in the order made; what waits for a link that is switched already belongs to it."""
        pending, link = self.root / "work" / "pending_builds.json", self.root / "published" / "cpm.duckdb"
        found = {str(path.relative_to(self.root / "lake" / "builds")): path.read_text() for path in self._logged()}
        if pending.exists() and link.exists():
            body = json.loads(pending.read_text())
            if body["snapshot"] == link.resolve().name:
                found |= body["builds"]
        new = sorted((name for name in found if name not in self.builds), key=lambda name: name.split("-")[-3])
        for name in new:
            build = self.builds[name] = json.loads(found[name])
            day, at = date.fromisoformat(build["usage_date"]), datetime.fromisoformat(build["known_at_utc"])
            figures = self.knowledge.figures(day, at, is_finalizing=build["is_finalizing"])
            if build["outcome"] != "failed":
                is_good = build["outcome"] in GOOD
                assert is_good == (figures is not None), f"{name}: the gate says {build['outcome']} of {figures}"
            if build["is_final"]:
                assert day not in self.closed, f"{day} was closed twice"
                self.closed[day] = figures or {}
        twice = [(build["usage_date"], build["run_id"]) for build in self.builds.values()]
        assert len(set(twice)) == len(twice), "a run built a day twice"
        assert set(self.builds) <= set(found), "a build left the log"

    def _logged(self) -> list[Path]:
        return sorted(self.root.glob("lake/builds/*/*.json"))

    def _check_figures(self) -> None:
        expected: dict[date, Figures] = {}
        for build in self.builds.values():
            if build["outcome"] in GOOD:
                day, at = date.fromisoformat(build["usage_date"]), datetime.fromisoformat(build["known_at_utc"])
                expected[day] = self.knowledge.figures(day, at, is_finalizing=build["is_finalizing"]) or {}
        expected |= self.closed
        for day in {*expected, *self._seen.daily}:
            is_, must_be = self._seen.daily.get(day, {}), expected.get(day, {})
            assert is_ == must_be, f"{day} is published as {is_}, known is {must_be}"

    def _check_versions(self) -> None:
        assert set(self._seen.versions) == set(self.closed), "closed days and days with versions are the same"
        for day, versions in self._seen.versions.items():
            assert [number for number, _ in versions] == list(range(1, len(versions) + 1)), f"{day}: {versions}"
            for number, sha256 in versions:
                self._check_version(day, number, sha256)
            shown = self._seen.restated.get(day, {})
            latest = self._known(day, self._manifest(day, len(versions)))
            assert shown == latest, f"{day} is restated as {shown}, known is {latest}"

    def _check_reviews(self) -> None:
        """A version is made if and only if something differs from the version before."""
        for path in sorted(self.root.glob("lake/reviews/*/*.json")):
            if path.name in self.reviews:
                continue
            self.reviews.add(path.name)
            review = json.loads(path.read_text())
            day, at = date.fromisoformat(review["usage_date"]), datetime.fromisoformat(review["known_at_utc"])
            is_restated = review["outcome"] == "restated"
            manifest = json.loads(self._manifest(day, review["version"] - is_restated))
            before = datetime.fromisoformat(manifest["inputs_known_at_utc"])
            now = self.knowledge.costs(day, at, is_finalizing=True)
            differs = now != self.knowledge.costs(day, before, is_finalizing=True)
            must_be = "blocked" if now is None or at < before else "restated" if differs else "unchanged"
            assert review["outcome"] == must_be, f"{day} as of {at} is {must_be}, its review says {review}"

    def _check_version(self, day: date, number: int, sha256: str) -> None:
        name = f"{day}/v{number:04}"
        if name in self.frozen:
            return
        manifest = self._manifest(day, number)
        assert hashlib.sha256(manifest).hexdigest() == sha256, f"{name}: the published hash is another"
        known = self._known(day, manifest)
        totals = json.loads(manifest)["totals"].get("USD", {"legs": 0, "total_cost": 0, "unrated_legs": 0})
        assert (totals["legs"], totals["unrated_legs"]) == (
            sum(cell.legs for cell in known.values()),
            sum(cell.unrated_legs for cell in known.values()),
        ), f"{name} froze {totals}, known was {known}"
        directory = self.root / "lake" / "frozen" / name
        if directory.exists():
            self.frozen[name] = _hashes(directory)

    def _manifest(self, day: date, number: int) -> bytes:
        """Of a version in the lake, or of one that waits though it is published already."""
        name = Path(str(day)) / f"v{number:04}" / "manifest.json"
        path = self.root / "lake" / "frozen" / name
        return (path if path.exists() else self.root / "work" / "freezing" / name).read_bytes()

    def _known(self, day: date, manifest: bytes) -> Figures:
        at = datetime.fromisoformat(json.loads(manifest)["inputs_known_at_utc"])
        figures = self.knowledge.figures(day, at, is_finalizing=True)
        assert figures is not None, f"{day} has a version of what is rejected as of {at}"
        return figures

    def check_at_the_end(self, now: datetime) -> None:
        """When nothing is due any more: everything that was due is closed, and closed days know all there is."""
        for day, versions in self._seen.versions.items():
            latest = self.knowledge.figures(day, now, is_finalizing=True)
            if latest is not None:
                shown = self._seen.restated.get(day, {})
                assert shown == latest, f"{day} version {len(versions)} says {shown}, known by now is {latest}"
        for name, hashes in self.frozen.items():
            assert _hashes(self.root / "lake" / "frozen" / name) == hashes, f"{name} was changed"
        assert not (self.root / "work" / "pending_builds.json").exists(), "a build still waits"
        assert not (self.root / "work" / "freezing").exists(), "a version still waits"
        logged = [json.loads(path.read_text()) for path in self.root.glob("lake/reviews/*/*.json")]
        held = {(each["usage_date"], each["manifest_sha256"]) for each in logged if each["outcome"] == "restated"}
        restated = {(str(day), sha256) for day, versions in self._seen.versions.items() for _, sha256 in versions[1:]}
        assert held == restated, "every version beside the closed one is in the review log, with its hash"
        found = {f"{path.parent.name}/{path.name}" for path in self.root.glob("lake/frozen/*/*")}
        assert found == set(self.frozen), "every frozen directory is a published version, and whole"

    def check_frozen_files(self, installation: Installation) -> None:
        """As `make verify`; every version of the day with most is what its inputs give. In a process of its own."""
        problems = [verdict for verdict in verify_frozen_days(installation.warehouse) if verdict.problems]
        assert not problems, problems
        days = [installation.warehouse.frozen.of_day(day) for day in sorted(self.closed)]
        for directory in max(days, key=len, default=[]):
            again = recompute_version(installation, read_version(directory), lambda _text: None)
            assert again.difference is None, again


def _hashes(directory: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(directory.iterdir())}
