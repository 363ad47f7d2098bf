"""The table: what is to be reached, what was measured, and whether it was."""

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One line of the table; `reached` is none where nothing was to be reached or measured."""

    row: str
    figure: str
    measured: str
    reached: bool | None


def machine() -> dict[str, str]:
    """Return what the figures were measured on."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    rustc = subprocess.run(["rustc", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    load = f"{os.getloadavg()[0]:.1f}"
    return {"cpu": cpu, "cores": str(os.cpu_count()), "rustc": rustc, "load": load, "kernel": platform.release()}


def speed(measured: Figures) -> float:
    """Return megabytes a second."""
    return float(measured["bytes"] / measured["seconds"] / 1e6)


def literals(figures: Figures) -> float:
    return float(figures["floor"]["bytes"] / figures["floor"]["literals_seconds"] / 1e6)


def rows(figures: Figures) -> list[Row]:
    """Compare everything with design figures."""
    return [
        *throughput(figures),
        *latency(figures),
        *worst(figures),
        *start(figures),
        *quiet(figures),
        *stopped(figures),
    ]


def throughput(figures: Figures) -> list[Row]:
    ours = speed(figures["mixed"])
    made = []
    if "peer_mixed" in figures:
        peer = speed(figures["peer_mixed"])
        made.append(
            Row(
                "mixed bodies, beside the peer",
                "≥ 5 × its MB/s",
                f"{ours:.0f} / {peer:.0f} MB/s = {ours / peer:.1f} ×",
                ours >= 5 * peer,
            )
        )
    else:
        made.append(
            Row(
                "mixed bodies, beside the peer",
                "≥ 5 × its MB/s",
                f"{ours:.0f} MB/s; THE PEER COULD NOT BE INSTALLED",
                None,
            )
        )
    floor = literals(figures)
    made.append(
        Row(
            "mixed bodies, beside 64 literals",
            "≥ 1/5 of their MB/s",
            f"{ours:.0f} / {floor:.0f} MB/s = 1/{floor / ours:.1f}",
            ours * 5 >= floor,
        )
    )
    ratio = figures["mixed_doubled"]["seconds"] / figures["mixed"]["seconds"]
    counts = f"{figures['engine']['rules']} → {figures['engine']['rules_doubled']}"
    made.append(Row("cost of twice the rules", "≤ 10 %", f"{(ratio - 1) * 100:+.1f} % ({counts})", ratio <= 1.1))
    return made


def latency(figures: Figures) -> list[Row]:
    request, response = figures["request"], figures["response"]
    beside = [figures.get("peer_request"), figures.get("peer_response")]
    p50, p99 = (f" (peer {beside[0][key]:.0f})" if beside[0] else "" for key in ("p50_us", "p99_us"))
    of_response = f" (peer {beside[1]['p50_us']:.0f})" if beside[1] else ""
    return [
        Row("2 KiB request, p50", "≤ 15 µs", f"{request['p50_us']:.1f} µs{p50}", request["p50_us"] <= 15),
        Row("2 KiB request, p99", "≤ 60 µs", f"{request['p99_us']:.1f} µs{p99}", request["p99_us"] <= 60),
        Row(
            "10 KiB clean response, p50",
            "≤ 60 µs",
            f"{response['p50_us']:.1f} µs{of_response}",
            response["p50_us"] <= 60,
        ),
        Row("10 KiB clean response, p99", "", f"{response['p99_us']:.1f} µs", None),
    ]


def worst(figures: Figures) -> list[Row]:
    clean = speed(figures["mixed"])
    made = []
    for name, measured in sorted(figures["dense"].items(), key=lambda item: speed(item[1])):
        share = speed(measured) / clean
        out_of_time = measured["verdict"] is None
        text = (
            "NOT DONE in 5 s"
            if out_of_time
            else f"{speed(measured):.1f} MB/s = 1/{1 / share:.1f}, growth {measured['growth']:.2f}"
        )
        made.append(
            Row(
                f"worst case: {name}",
                "≥ 1/10 of mixed, growth ≤ 1.5",
                text,
                share >= 0.1 and measured["growth"] <= 1.5 and not out_of_time,
            )
        )
    per_size = {int(size): measured["seconds"] / measured["bytes"] for size, measured in figures["linear"].items()}
    growth = per_size[64] / per_size[1]
    speeds = " · ".join(f"{size} MiB {1 / cost / 1e6:.0f}" for size, cost in per_size.items())
    made.append(
        Row(
            "linear, one mixed body (MB/s)", "64 MiB ≤ 1.5 × 1 MiB per byte", f"{speeds}: {growth:.2f} ×", growth <= 1.5
        )
    )
    return made


def start(figures: Figures) -> list[Row]:
    took, memory = figures["start"]["cpu_ms"], figures["start"]["rss_mb"]
    peer = ""
    peer_memory = ""
    if "peer_start_cold" in figures:
        peer = f" (peer {figures['peer_start_cold']['cpu_ms']:.0f} cold, {figures['peer_start_warm']['cpu_ms']:.0f} cached)"
        peer_memory = f" (peer {figures['peer_start_warm']['rss_mb']:.0f})"
    return [
        Row("start, rules compiled", "≤ 100 ms", f"{took:.1f} ms{peer}", took <= 100),
        Row("resident memory, idle", "≤ 40 MB", f"{memory:.1f} MB{peer_memory}", memory <= 40),
    ]


def quiet(figures: Figures) -> list[Row]:
    calls, found = figures["allocations"], figures["findings"]
    return [
        Row(
            "allocations, clean 2 KiB request",
            "none beyond the verdict",
            f"{calls['calls']} ({calls['bytes']} bytes)",
            calls["calls"] == 0,
        ),
        Row("mixed bodies disturbed", "none", f"{found['disturbed']} of {found['bodies']}", found["disturbed"] == 0),
    ]


def stopped(figures: Figures) -> list[Row]:
    """Secrets and look-alikes of the rules' own generators: consistency, not a judgement by others."""
    counts = dict(figures["recall"])
    alike = counts.pop("look-alike")
    rows = []
    for disguise, count in counts.items():
        share = count["stopped"] / count["sent"]
        measured = f"{share:.2%} of {count['sent']}"
        rows.append(Row(f"our own fresh secrets stopped, {disguise}", "≥ 99 %", measured, share >= 0.99))
    quota = alike["stopped"] / alike["sent"]
    measured = f"{alike['stopped']} of {alike['sent']}"
    rows.append(Row("our own look-alikes disturbed", "≤ 1 in 1,000", measured, quota <= 0.001))
    return rows


def table(figures: Figures, made: list[Row]) -> str:
    """Return everything as text."""
    lines = [header(figures), ""]
    cells = [("row", "figure to reach", "measured", "verdict")]
    verdicts = {True: "reached", False: "MISSED", None: ""}
    cells += [(row.row, row.figure, row.measured, verdicts[row.reached]) for row in made]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    lines += ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    kinds = sorted(figures["kinds"].items(), key=lambda item: speed(item[1]))
    lines += ["", "MB/s by kind of body: " + " · ".join(f"{kind} {speed(measured):.0f}" for kind, measured in kinds)]
    if figures["findings"]["fired"]:
        fired = sorted(figures["findings"]["fired"].items(), key=lambda item: -item[1])
        lines.append("fired on mixed bodies: " + " · ".join(f"{rule.strip()} {count}" for rule, count in fired[:12]))
    return "\n".join(lines)


def header(figures: Figures) -> str:
    there = figures["machine"]
    peer = (
        f"Kingfisher SDK {figures['peer']['version']}, {figures['peer']['rules']} rules"
        if "peer" in figures
        else "no peer"
    )
    bodies = figures["mixed"]["bodies"]
    return (
        f"Engine · {there['cpu']}, {there['cores']} cores, load {there['load']} · {there['rustc']} · {peer}\n"
        f"{bodies} mixed bodies, {figures['mixed']['bytes'] / 1e6:.1f} MB, one thread, processor time, best round"
    )
