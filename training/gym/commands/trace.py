"""`twinpilot gym trace`: record traces of ns-3, resumably, and pack them into one data set."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.gym.commands.common import PurposeName, errors_reported
from twins.screen.say import say

if TYPE_CHECKING:
    from policies.gym.split import Purpose
    from training.gym.networks import GymNetwork
    from training.gym.traces.recorder import Segment
    from training.gym.traces.row import TraceRow


def trace(
    seeds: Annotated[str, typer.Option("--seeds", help="Topologies, such as 1-50 or 7; default: all of the purpose.")] = "",
    purpose: Annotated[
        PurposeName, typer.Option("--purpose", help="Whose topologies: training 1-50, benchmark 51-80.")
    ] = "training",
    segments: Annotated[int, typer.Option("--segments", min=1, max=999, help="Segments of each scenario.")] = 2,
    work: Annotated[Path, typer.Option("--work", help="Folder of the recorded segments.")] = Path("runs/gym-trace"),
    out: Annotated[Path | None, typer.Option("--out", help="The data set (.jsonl.gz); default: the committed one.")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=256, help="ns-3 processes at once.")] = 2,
    pack: Annotated[
        bool | None,
        typer.Option("--pack/--no-pack", help="Pack or do not; default: pack if no segment failed.", show_default=False),
    ] = None,
) -> None:
    """Record the missing segments (about half a minute per segment and core), then pack all of them."""
    with errors_reported("trace"):
        from policies.gym.split import Purpose
        from training.gym.networks import NS3, named_network
        from training.gym.traces import recorder

        split = Purpose(purpose)
        requested = list(recorder.segments(split, segments, _seeds(seeds, split)))
        target = out or Path(recorder.__file__).parent / "data" / f"{purpose}.jsonl.gz"
        complete = record_and_pack(requested, named_network(NS3), work, workers, target, _remake(purpose, segments, seeds), pack)
    if not complete:
        raise typer.Exit(1)


def record_and_pack(
    requested: list[Segment], network: GymNetwork, work: Path, workers: int, out: Path, remake: str, pack: bool | None
) -> bool:
    """Record on `network` what `work` does not hold yet and pack it into `out`; returns whether no segment failed.

    Failures are reported. With them, only `pack=True` packs the other segments; `pack=False` never packs.
    """
    failures = _record(requested, network, work, workers)
    for name, reason in sorted(failures.items()):
        say(f"gym trace: segment {name} failed twice: {reason}", err=True)
    if pack or (pack is None and not failures):
        say(_pack(requested, work, out, remake))
    if failures and not pack:
        say("gym trace: nothing is packed; run it again to retry failed segments, or with --pack to leave them out", err=True)
    return not failures


def _remake(purpose: str, segments: int, seeds: str) -> str:
    return f"twinpilot gym trace --purpose {purpose} --segments {segments}" + (f" --seeds {seeds}" if seeds else "")


def _seeds(text: str, purpose: Purpose) -> range:
    from policies.gym.split import SEEDS, check_seed
    from training.gym.input_error import GymInputError

    if not text:
        return SEEDS[purpose]
    parts = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", text)
    if parts is None:
        raise GymInputError(f"seeds={text!r} is neither a seed nor a range such as 1-50")
    first, last = int(parts[1]), int(parts[2] or parts[1])
    if first > last:
        raise GymInputError(f"seeds={text!r}: the range ends before it begins")
    return range(check_seed(first, purpose), check_seed(last, purpose) + 1)


def _record(requested: list[Segment], network: GymNetwork, work: Path, workers: int) -> dict[str, str]:
    """Record the segments that have no file yet; returns the failed ones with the reason."""
    from training.gym.traces.recorder import record
    from twins.progress import show_progress

    if all(_file(segment, work).exists() for segment in requested):
        return {}
    network.check()
    with show_progress("ns-3 traces", "segments") as progress:
        return record(requested, network, work, workers, progress)


def _file(segment: Segment, work: Path) -> Path:
    return work / f"{segment.name}.jsonl.gz"


def _pack(requested: list[Segment], work: Path, out: Path, remake: str) -> str:
    """Write the data set with its record, ordered by seed, family and segment; returns a summary."""
    from importlib.metadata import PackageNotFoundError, version

    from policies.artefact import write_record
    from training.gym.traces.card import trace_card
    from training.gym.traces.row import write_rows

    recorded = (segment for segment in requested if _file(segment, work).exists())
    segments = sorted(recorded, key=lambda segment: (segment.seed, segment.family.value, segment.index))
    rows = _CountedRows(segments, work)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_rows(out, rows)
    versions = {"twinpilot": version("twinpilot")}
    try:
        versions["ns3"] = version("ns3")
    except PackageNotFoundError:
        versions["ns3"] = "not on the machine that packed"
    card = trace_card(f"ns-3 traces, {requested[0].purpose.value}", [segment.seed for segment in segments], rows.count)
    write_record(out, card, remake, f"{platform.machine()}, {platform.system()}", versions)
    return f"{out}: {rows.count} rows of {len(segments)} segments ({out.stat().st_size / 1000:.0f} kB)"


class _CountedRows:
    """The rows of all segments, counted as they are read."""

    def __init__(self, segments: list[Segment], work: Path) -> None:
        self._segments, self._work, self.count = segments, work, 0

    def __iter__(self) -> Iterator[TraceRow]:
        """Read the rows of each segment's file in turn."""
        from training.gym.traces.row import read_rows

        for segment in self._segments:
            for row in read_rows(_file(segment, self._work)):
                self.count += 1
                yield row
