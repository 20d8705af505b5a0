"""`twinpilot gym trace`: record traces of ns-3, going on where it was stopped, and pack them into one data set."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.gym.commands.common import PurposeName, told

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
    work: Annotated[Path, typer.Option("--work", help="Folder of the segments recorded so far.")] = Path("runs/gym-trace"),
    out: Annotated[
        Path | None, typer.Option("--out", help="The data set (.jsonl.gz); default: in place of the shipped one.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=256, help="ns-3 processes at once.")] = 2,
    pack: Annotated[
        bool | None,
        typer.Option("--pack/--no-pack", help="Pack, or not; by default where no segment failed.", show_default=False),
    ] = None,
) -> None:
    """Record what is still to be recorded (about half a minute a segment and core), then pack all segments."""
    with told("trace"):
        from policies.gym.split import Purpose
        from training.gym.networks import NS3, named_network
        from training.gym.traces import recorder

        meant = Purpose(purpose)
        wanted = list(recorder.segments(meant, segments, _seeds(seeds, meant)))
        target = out or Path(recorder.__file__).parent / "data" / f"{purpose}.jsonl.gz"
        complete = record_and_pack(wanted, named_network(NS3), work, workers, target, _remake(purpose, segments, seeds), pack)
    if not complete:
        raise typer.Exit(1)


def record_and_pack(
    wanted: list[Segment], network: GymNetwork, work: Path, workers: int, out: Path, remake: str, pack: bool | None
) -> bool:
    """Record on `network` what `work` does not hold yet and pack it into `out`; returns whether no segment failed.

    Failures are reported. With them, only `pack=True` packs the other segments; `pack=False` never packs.
    """
    failures = _recorded(wanted, network, work, workers)
    for name, reason in sorted(failures.items()):
        typer.echo(f"gym trace: segment {name} failed twice: {reason}", err=True)
    if pack or (pack is None and not failures):
        typer.echo(_packed(wanted, work, out, remake))
    if failures and not pack:
        typer.echo("gym trace: nothing is packed; call it again to try those again, or with --pack to leave them out", err=True)
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


def _recorded(wanted: list[Segment], network: GymNetwork, work: Path, workers: int) -> dict[str, str]:
    """Record what has no file yet; returns what failed."""
    from training.gym.traces.recorder import record
    from twins.progress import show_progress

    if all(_file(one, work).exists() for one in wanted):
        return {}
    network.check()
    with show_progress("ns-3 traces", "segments") as progress:
        return record(wanted, network, work, workers, progress)


def _file(segment: Segment, work: Path) -> Path:
    return work / f"{segment.name}.jsonl.gz"


def _packed(wanted: list[Segment], work: Path, out: Path, remake: str) -> str:
    """Write one data set with its record, in the order of seed, family and segment; returns what was written."""
    from importlib.metadata import PackageNotFoundError, version

    from policies.artefact import write_record
    from training.gym.traces.card import trace_card
    from training.gym.traces.row import write_rows

    found = sorted((one for one in wanted if _file(one, work).exists()), key=lambda one: (one.seed, one.family.value, one.index))
    rows = _Counted(found, work)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_rows(out, rows)
    versions = {"twinpilot": version("twinpilot")}
    try:
        versions["ns3"] = version("ns3")
    except PackageNotFoundError:
        versions["ns3"] = "not on the machine that packed"
    card = trace_card(f"ns-3 traces, {wanted[0].purpose.value}", [one.seed for one in found], rows.count)
    write_record(out, card, remake, f"{platform.machine()}, {platform.system()}", versions)
    return f"{out}: {rows.count} rows of {len(found)} segments ({out.stat().st_size / 1000:.0f} kB)"


class _Counted:
    """All rows of segments, counted as they pass."""

    def __init__(self, segments: list[Segment], work: Path) -> None:
        self._segments, self._work, self.count = segments, work, 0

    def __iter__(self) -> Iterator[TraceRow]:
        """Read the rows of one file after the other."""
        from training.gym.traces.row import read_rows

        for segment in self._segments:
            for row in read_rows(_file(segment, self._work)):
                self.count += 1
                yield row
