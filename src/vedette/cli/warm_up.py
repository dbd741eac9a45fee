"""`vedette warm-up`: compile the kernels once, so that the first picture does not wait."""

import argparse
import compileall
import tempfile
import time
from pathlib import Path

import msgspec

import vedette
from vedette.cli.scenarios import packaged
from vedette.cli.words import Parsers, describe, say

SIMULATED_S = 60.0  # long enough for every sensor of the scenario to have confirmed tracks


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "warm-up",
        "compile the kernels and keep them on disk (done by `make setup`)",
        "vedette warm-up",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Take a minute of the packaged scenario through the whole pipeline, and what it has not.

    Its site has no mask, no receivers that compare arrivals: those kernels are asked for by name.
    """
    from vedette import tracking
    from vedette.cli.compiling import mark_compiled
    from vedette.codecs.asterix import Cat034, encode_cat034, measure
    from vedette.service.tracking_files import Job, track_files
    from vedette.simulator.files import simulate
    from vedette.simulator.scenario import load_scenario

    begun_s = time.perf_counter()
    say("[4/4] kernels: compiling once, kept on disk")
    # Where Python may not write byte code by itself, each start would parse every module again.
    compileall.compile_dir(Path(vedette.__file__).parent, quiet=2)
    loaded = load_scenario(packaged("ain_al_asad_2022"))
    minute = msgspec.structs.replace(loaded.scenario, duration_s=SIMULATED_S)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate(msgspec.structs.replace(loaded, scenario=minute), 1, folder)
        track_files(
            Job(
                site=loaded.site_path,
                inputs=[folder / "detections.jsonl"],
                output=folder / "tracks.parquet",
                quiet=True,
            )
        )
    tracking.compile_kernels()
    measure([encode_cat034([Cat034(sac=0, sic=0)])])  # as recordings are read
    mark_compiled()
    say(f"[4/4] kernels: ready after {time.perf_counter() - begun_s:.1f} s")
    return 0
