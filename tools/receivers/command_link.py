"""Simulate a link described in text with one or all receivers: `twinpilot link "16QAM, 24 PRB, TDL-C 300 ns, 30 m/s, 12 dB"`."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from policies.statistics.difference import difference
from policies.statistics.error_floor import MIN_LEVELS
from tools.receivers.link_text import LinkText, LinkTextError, read_link
from twins.command_errors import one_line_errors
from twins.link.energy_per_bit import SNR_DEFINITION, describe_snr
from twins.progress import transient_bars
from twins.screen.say import say_json

if TYPE_CHECKING:
    from tools.receivers.comparison import Progress, ReceiverResult
    from twins.link.result import LinkResult
    from twins.link.simulation.stopping import Stopping

BLER_TARGET = 0.1  # of link adaptation

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def link(
    text: Annotated[str, typer.Argument(help='The link, such as "16QAM, 24 PRB, TDL-C 300 ns, 30 m/s, 12 dB".')],
    receivers: Annotated[
        str, typer.Option("--receivers", help="Names separated by commas, such as ls+lmmse,deeprx; or all.")
    ] = "ls+lmmse",
    sweep: Annotated[
        str, typer.Option("--sweep", help="SNRs FROM:TO:STEP in dB, such as 0:20:2: BLER over SNR instead of a single SNR.")
    ] = "",
    slots: Annotated[int, typer.Option("--slots", min=64, max=65536, help="Maximum number of slots, in steps of 64.")] = 128,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of bits, channels and noise.")] = 1,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for plot and results; default: under runs/link.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Simulate a link with each receiver on the same bits, channels and noise; print a table and draw it."""
    from tools.receivers.comparison import PRECISION
    from twins.link.simulation.transport_block import CodingUnavailable

    with one_line_errors("link", LinkTextError, CodingUnavailable):
        link_text = read_link(text)
        levels = _levels(sweep, link_text)
        stopping = PRECISION.model_copy(update={"max_slots": slots // 64 * 64})
        names = _names(receivers, link_text)
        folder = out or _folder(link_text, seed, names, levels)
        if levels:
            report = _sweep(link_text, names, levels, seed, stopping, folder)
        else:
            report = _compare(link_text, names, seed, stopping, folder)
    if as_json:
        say_json(report)
    else:
        _show(report, link_text, bool(levels))


def _compare(link_text: LinkText, names: list[str], seed: int, stopping: Stopping, folder: Path) -> dict[str, Any]:
    from tools.receivers.comparison import compare
    from tools.receivers.link_plot import plot_comparison

    with _progress(len(names)) as progress:
        results = compare(link_text.configuration, link_text.channel, names, seed=seed, stopping=stopping, progress=progress)
    _require_a_result(results)
    folder.mkdir(parents=True, exist_ok=True)
    plot = plot_comparison(results, _title(link_text), folder / "receivers.png")
    snr_db = link_text.channel.received_snr_db(link_text.configuration)
    report = {
        "notes": [*link_text.notes, *_power_note(results)],
        "snr": describe_snr(snr_db),
        "rows": [_row(result) for result in results],
        "findings": [*_pairwise(results)],
        "plot": str(plot),
    }
    return _write(report, folder)


def _power_note(results: Sequence[ReceiverResult]) -> list[str]:
    """Return what to do to see whether more power helps, if a receiver misses 10 % BLER beyond doubt."""
    missed = [result.receiver for result in results if result.result and result.result.bler.interval.low > BLER_TARGET]
    if not missed:
        return []
    return [f"{', '.join(missed)}: whether more power helps is shown by three or more SNRs, such as --sweep FROM:TO:5"]


def _pairwise(results: Sequence[ReceiverResult]) -> list[str]:
    """Return what the BLER of each receiver shows against that of the first, by the interval of the difference."""
    measured = [(result.receiver, result.result) for result in results if result.result is not None]
    first, reference = measured[0]
    lines = []
    for name, result in measured[1:]:
        change = difference(result.bler, reference.bler)
        interval = f"{change.value:+.3f} ({change.interval.low:+.3f} to {change.interval.high:+.3f})"
        lines.append(f"BLER of {name} minus {first}: {interval}, {change.finding.value}")
    return lines


def _sweep(
    link_text: LinkText, names: list[str], levels: list[float], seed: int, stopping: Stopping, folder: Path
) -> dict[str, Any]:
    from tools.receivers.comparison import compare
    from tools.receivers.link_plot import plot_sweep

    results: list[ReceiverResult] = []
    with _progress(len(names) * len(levels)) as progress:
        for level in levels:
            channel = link_text.channel.model_copy(update={"snr_db": level})
            results += compare(link_text.configuration, channel, names, seed=seed, stopping=stopping, progress=progress)
    _require_a_result(results)
    curves: dict[str, list[LinkResult]] = {}
    for result in results:
        if result.result is not None:
            curves.setdefault(result.receiver, []).append(result.result)
    folder.mkdir(parents=True, exist_ok=True)
    plot = plot_sweep(curves, _title(link_text, "SNR swept"), folder / "sweep.png")
    report = {
        "notes": list(link_text.notes),
        "snr": SNR_DEFINITION,
        "rows": [_row(result) for result in results],
        "findings": _trends(link_text, curves, seed),
        "plot": str(plot),
    }
    return _write(report, folder)


def _trends(link_text: LinkText, curves: dict[str, list[LinkResult]], seed: int) -> list[str]:
    """Return for each receiver whether more SNR helps, and for the first with an error floor what does."""
    from tools.receivers.floor.study import BOUND, Study, trend_of

    lines: list[str] = []
    trends = {name: trend_of(results) for name, results in curves.items() if name != BOUND and len(results) >= MIN_LEVELS}
    studied = next((name for name, trend in trends.items() if trend.may_be_floor), "")
    for name, trend in trends.items():
        if name != studied:
            lines.append(f"{name}: {trend.describe()}")
            continue
        others = tuple(dict.fromkeys((*curves, "lmmse+lmmse", "deeprx")))
        with _progress(12) as progress:
            study = Study(link_text.configuration, link_text.channel, name, others, seed=seed, progress=progress)
            lines += study.diagnose(curves[name]).sentences()
    return lines


def _names(receivers: str, link_text: LinkText) -> list[str]:
    from tools.receivers.choice import all_receivers

    available = all_receivers(link_text.configuration)
    if receivers.strip() == "all":
        return list(available)
    names = [name.strip() for name in receivers.split(",") if name.strip()]
    unknown = [name for name in names if name not in available]
    if unknown or not names:
        raise LinkTextError(f"--receivers={receivers!r}: give all, or some of {', '.join(available)}")
    return names


def _levels(sweep: str, link_text: LinkText) -> list[float]:
    """The SNRs of FROM:TO:STEP in dB, else those of the text; empty if it has a single one."""
    if not sweep:
        return list(link_text.levels_db)
    try:
        first, last, step = (float(part) for part in sweep.split(":"))
        count = int((last - first) / step + 1e-9) + 1
    except (ValueError, ZeroDivisionError, OverflowError):
        count = 0
    if not 1 <= count <= 100 or not step > 0:
        raise LinkTextError(f"--sweep={sweep!r}: give FROM:TO:STEP in dB with at most 100 values, such as 0:20:2")
    if not -30.0 <= first <= last <= 60.0:
        raise LinkTextError(f"--sweep={sweep!r} exceeds the range of the SNR, -30 to 60 dB")
    return [first + index * step for index in range(count)]


def _folder(link_text: LinkText, seed: int, names: list[str], levels: list[float]) -> Path:
    from policies.change import digest_of

    link = [link_text.configuration.model_dump(mode="json"), link_text.channel.model_dump(mode="json")]
    return Path("runs") / "link" / digest_of([*link, seed, names, levels])[:12]


def _require_a_result(results: Sequence[ReceiverResult]) -> None:
    """Raise LinkTextError if no receiver can receive the link."""
    if all(result.result is None for result in results):
        raise LinkTextError("; ".join(dict.fromkeys(result.reason for result in results)))


def _row(result: ReceiverResult) -> dict[str, Any]:
    values = None if result.result is None else result.result.model_dump(mode="json")
    return {"receiver": result.receiver, "result": values, "reason": result.reason}


def _write(report: dict[str, Any], folder: Path) -> dict[str, Any]:
    (folder / "results.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    return report


def _title(link_text: LinkText, level: str = "") -> str:
    configuration, channel = link_text.configuration, link_text.channel
    return (
        f"MCS {configuration.mcs_index} (table {configuration.mcs_table}), {configuration.prbs} PRB, {configuration.layers} layer"
        f"{'s' if configuration.layers > 1 else ''} {configuration.tx_antennas}x{configuration.rx_antennas},"
        f" {configuration.dmrs_symbols} DMRS; {channel.profile} {channel.delay_spread_ns:g} ns, {channel.speed_mps:.3g} m/s,"
        f" {level or f'{channel.received_snr_db(configuration):g} dB'}"
    )


def _show(report: dict[str, Any], link_text: LinkText, swept: bool) -> None:
    from rich.table import Table

    from twins.screen.console import SafeConsole

    table = Table(title=_title(link_text, "SNR swept" if swept else ""))
    columns = ("SNR dB", "receiver") if swept else ("receiver",)
    for name in (*columns, "BLER", "95 %", "BER", "Mbit/s", "delay ms", "NMSE dB", "slots", "covered by its card"):
        table.add_column(name, justify="left" if name in ("receiver", "covered by its card") else "right", overflow="fold")
    for row in report["rows"]:
        cells = _cells(row)
        table.add_row(*(cells if swept else cells[1:]))
    console = SafeConsole()
    for note in report["notes"]:
        console.print(note)
    console.print(table)
    if not swept:
        console.print(f"simulated {report['snr']}")
    for finding in ([report["snr"]] if swept else []) + report["findings"]:
        console.print(finding)
    for row in report["rows"]:
        for warning in (row["result"] or {"warnings": []})["warnings"]:
            console.print(f"{row['receiver']}: {warning}")
    console.print(f"plot: {report['plot']}")


def _cells(row: dict[str, Any]) -> list[str]:
    result = row["result"]
    if result is None:
        return ["–", row["receiver"], *["–"] * 7, row["reason"]]
    bler, nmse = result["bler"], result["nmse_db"]
    return [
        f"{result['snr_db']:g}",
        row["receiver"],
        f"{bler['value']:.3f}",
        f"{bler['interval']['low']:.3f}–{bler['interval']['high']:.3f}",
        f"{result['ber']['value']:.2e}",
        f"{result['throughput_mbps']['value']:.2f}",
        f"{result['delay_ms']:.3f}",
        "–" if nmse is None else f"{nmse:.1f}",
        str(result["slots"]),
        _covered(row["receiver"], result["coverage"]),
    ]


def _covered(receiver: str, coverage: dict[str, Any]) -> str:
    if "+" in receiver:
        return "no card needed"
    return "yes" if coverage["covered"] else "NO: " + "; ".join(coverage["reasons"])


@contextmanager
def _progress(total: int) -> Iterator[Progress]:
    """Show progress on standard error if it is a terminal."""
    with transient_bars() as bars:
        task = bars.add_task("link", total=total)
        counts = [0]  # reported slots; the count falls when the next simulation begins

        def show(receiver: str, slots: int) -> None:
            finished = sum(later <= earlier for earlier, later in itertools.pairwise([*counts, slots]))
            counts.append(slots)
            bars.update(task, description=f"{receiver}: {slots} slots", completed=finished)

        yield show
