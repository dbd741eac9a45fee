"""What the step's reports add to the raw evidence about each track.

In: reports and the tracker's links. Out: changed memories. Every report counts once: copies (the
same sensor and time, or the same words at the same time through another sensor) and late repeats
are left out; the order of reports within a step does not matter.
"""

import math
from collections.abc import Sequence

import numpy as np

from vedette.base.angles import wrap_pi
from vedette.base.constants import NS_PER_S
from vedette.identity.classes import LABELS, MICRO_DOPPLER_LOG
from vedette.identity.places import Places, Watcher
from vedette.identity.proofs import Spot, is_nearest, prove
from vedette.identity.state import Claim, IdentityState, Memory, Vote, health_ratio
from vedette.model.kinds import coarse_label, coarse_probs
from vedette.model.measurements import F64
from vedette.model.picture import SourceState
from vedette.model.reports import (
    ArrivalReport,
    Claims,
    Detection,
    Plot,
    PositionReport,
    Report,
    SitePositionReport,
)
from vedette.model.tracks import Links

LINK_PROB_MIN = 0.5  # a report speaks for the track it more probably than not belongs to
RCS_LOOKS_MAX = 30.0  # looks remembered: half a minute at one a second, so that aspect may change
VOTE_LOOKS_MAX = 20.0
KINDS = tuple(dict.fromkeys(coarse_label(label) for label in LABELS))
KIND_OF = [KINDS.index(coarse_label(label)) for label in LABELS]
VOTE_FLOOR = 0.02  # a classifier that says "never" is believed 50 to 1, no more
PRINTS_MAX = 16
EMITS_LOOKS_MIN = 3.0  # bearings before a track is taken to send: one may be another's
SPACING_NS = NS_PER_S  # looks nearer than this are the same look
CLAIM_MOVED_MAX_S = 8.0  # a claim is carried forward by its own velocity no longer than this
AGREE_SIGMAS = 4.0
AGREE_MAX, AGREE_MIN = 6.0, -4.0
RADAR_BIAS_RAD = math.radians(0.15)  # left-over registration error of a radar in service
RADAR_RANGE_BIAS_M = 15.0
CLAIM_DELAY_S = 0.3  # latency that ADS-B does not account for (DO-260B allows 0.6 s)
BARO_SIGMA_M = 250.0  # pressure height against the ellipsoid: geoid and weather together
GEOMETRIC_SIGMA_M = 60.0
CLAIM_SIGMA_M = 60.0  # where a position report does not say
NOWHERE: Spot = (0.0, 0.0, 0.0, 0.0)
PROOF_LIFE_S = 10.0  # so long nothing that anyone may broadcast takes a proved name's place


def hear(
    state: IdentityState,
    links: Links,
    reports: Sequence[Report],
    sources: dict[str, SourceState],
    now_m: dict[int, Spot],
    now_ns: int,
) -> None:
    """Add what the reports say to the memories of the tracks they belong to.

    links.report_index points into `reports`. now_m: where each live track is, at now_ns. Reports of
    tracks without a memory are left out.
    """
    heard: list[tuple[int, int, str, float, Detection]] = []
    for track_id, index, prob in zip(
        links.track_id.tolist(), links.report_index.tolist(), links.prob.tolist(), strict=True
    ):
        report = reports[index]
        if prob >= LINK_PROB_MIN and isinstance(report, Detection):
            heard.append((report.t_meas_ns, track_id, report.sensor, -prob, report))
    heard.sort(key=lambda item: (*item[:4], item[4].rcs_dbsm or 0.0))
    for _, track_id, sensor, _, report in heard:
        memory = state.memories.get(track_id)
        watcher = state.places.watcher_index.get(sensor, -1)
        if memory is None or watcher < 0 or _already_heard(memory, report):
            continue
        ratio = health_ratio(sources, sensor)
        spot, is_proof = now_m.get(track_id, NOWHERE), state.places.watchers[watcher].authenticated
        if is_proof and report.claims is not None:
            place_m, velocity_mps, _ = _claimed_motion(report, state.places, spot[2])
            velocity_mps = np.where(np.isnan(velocity_mps), memory.vel_mps, velocity_mps)
            moved_s = (now_ns - report.t_meas_ns) / NS_PER_S
            if not is_nearest(track_id, place_m + velocity_mps * moved_s, now_m):
                continue  # it proves who sends; that this track sends, it does not
        _take(memory, report, state.places, watcher, ratio, spot)
        prove(state, track_id, memory)


def _already_heard(memory: Memory, report: Detection) -> bool:
    """Say whether this report, or a copy of it, has counted; remember it."""
    if report.t_meas_ns <= memory.used_ns.get(report.sensor, -1):
        return True
    memory.used_ns[report.sensor] = report.t_meas_ns
    moves = report.micro_doppler if isinstance(report, Plot) else None
    if report.class_prob is None and report.rcs_dbsm is None and moves is None:
        return False
    words = sorted((report.class_prob or {}).items())
    mark = f"{report.t_meas_ns} {report.rcs_dbsm} {words} {moves or ''}".rstrip()
    if mark in memory.prints:
        return True
    memory.prints.append(mark)
    del memory.prints[:-PRINTS_MAX]
    return False


def _take(
    memory: Memory, report: Detection, places: Places, watcher: int, ratio: float, spot: Spot
) -> None:
    if report.rcs_dbsm is not None:
        _take_rcs(memory, report, report.rcs_dbsm, ratio)
    if report.class_prob:
        _take_vote(memory.votes, report, log_vote(report.class_prob), ratio)
    if isinstance(report, Plot) and report.micro_doppler is not None:
        _take_vote(memory.moves, report, MICRO_DOPPLER_LOG[report.micro_doppler], ratio)
    sensor = places.watchers[watcher]
    own_word = report.claims is not None
    if sensor.finder and not own_word:
        _take_emission(memory, report, ratio)
    if report.claims is not None:
        _take_claim(memory, report, report.claims, places, sensor, ratio, spot)
    if sensor.cooperative or (own_word and not isinstance(report, Plot)):
        return
    if memory.claim is not None and not memory.claim.measured:
        _compare(memory, memory.claim, report, places, sensor, ratio)


def _take_rcs(memory: Memory, report: Detection, rcs_dbsm: float, ratio: float) -> None:
    if ratio <= 0.0:
        return
    memory.rcs_looks = min(memory.rcs_looks + ratio, RCS_LOOKS_MAX)
    gain = ratio / memory.rcs_looks
    memory.rcs_dbsm += gain * (rcs_dbsm - memory.rcs_dbsm)
    memory.rcs_square_db2 += gain * (rcs_dbsm**2 - memory.rcs_square_db2)
    memory.rcs_health, memory.rcs_sensor = ratio, report.sensor
    memory.rcs_t_ns = report.t_meas_ns


def _take_emission(memory: Memory, report: Detection, ratio: float) -> None:
    """Note that a finder of emitters has the track: it sends something, if the finder is well."""
    if ratio <= 0.0:
        return
    memory.emits_looks = min(memory.emits_looks + ratio, EMITS_LOOKS_MIN)
    memory.emits_health, memory.emits_sensor = ratio, report.sensor
    memory.emits_t_ns = report.t_meas_ns


def _take_vote(votes: dict[str, Vote], report: Detection, log: F64, ratio: float) -> None:
    """Add what a sensor says of the class, in logarithms (classes,), to what it said before."""
    vote = votes.get(report.sensor)
    if ratio <= 0.0 or (vote and report.t_meas_ns - vote.t_ns < SPACING_NS):
        return
    if vote is None:
        votes[report.sensor] = Vote(ratio, log, ratio, report.t_meas_ns)
        return
    vote.looks = min(vote.looks + ratio, VOTE_LOOKS_MAX)
    vote.mean_log += ratio / vote.looks * (log - vote.mean_log)
    vote.health_ratio, vote.t_ns = ratio, report.t_meas_ns


def log_vote(class_prob: dict[str, float]) -> F64:
    """Turn a sensor's {label: probability} into logarithms over our classes, against "no idea".

    What it leaves over, and what it calls by names we do not know, is spread evenly over the kinds
    it does not name. A kind of which it names no finer class speaks for all of its classes alike; a
    finer one it names shares the kind's out. Returns (classes,), all 0 when it says nothing.
    """
    known = {label: min(max(p, 0.0), 1.0) for label, p in class_prob.items() if label in LABELS}
    named = coarse_probs(known)
    silent = [kind for kind in KINDS if kind not in named]
    left = max(1.0 - sum(named.values()), 0.0)
    named |= {kind: left / len(silent) for kind in silent}
    kinds = np.maximum([named[kind] for kind in KINDS], VOTE_FLOOR)
    share = (kinds / kinds.sum() * len(KINDS))[KIND_OF]
    for label in known:
        kind = coarse_label(label)
        if label != kind:
            own = [i for i, other in enumerate(LABELS) if coarse_label(other) == kind]
            each = np.maximum([known.get(LABELS[i], 0.0) for i in own], VOTE_FLOOR)
            share[own] *= each / each.mean()
    return np.asarray(np.log(np.maximum(share, VOTE_FLOOR)))


def _take_claim(
    memory: Memory,
    report: Detection,
    claims: Claims,
    places: Places,
    watcher: Watcher,
    ratio: float,
    spot: Spot,
) -> None:
    """Keep the newest claim; what it names beside an earlier one of the same address is joined.

    What anybody may broadcast does not take the place of a name that has just been proved. A proof
    is of who sends, not of which track that is: it is taken only by a track that is where it says.
    """
    last = memory.claim
    proved = last is not None and last.authenticated and not watcher.authenticated
    if proved and last is not None and report.t_meas_ns - last.t_ns <= PROOF_LIFE_S * NS_PER_S:
        return
    same = last is not None and (
        (claims.icao24 or "") == last.icao24 and (claims.remote_id or "") == last.remote_id
    )
    if last is not None and not same:
        memory.agreement.score = min(memory.agreement.score, 0.0)
    placeless = isinstance(report, Plot | ArrivalReport)
    if placeless and last is not None and same and not last.measured:
        return  # a position claim says more than a transponder's answer
    callsign = (claims.callsign or "").strip().upper()
    if same and last is not None and not callsign:
        callsign = last.callsign
    position, velocity, height_sigma_m = _claimed_motion(report, places, spot[2])
    sigma_m = report.horizontal_sigma_m if isinstance(report, PositionReport) else None
    if watcher.authenticated:
        sigma_m = sigma_m or watcher.horizontal_sigma_m
        off_m = math.hypot(position[0] - spot[0], position[1] - spot[1])
        late_m = CLAIM_DELAY_S * math.hypot(memory.vel_mps[0], memory.vel_mps[1])
        if not off_m <= AGREE_SIGMAS * math.hypot(sigma_m, spot[3], late_m):
            return
    memory.claim = Claim(
        sensor=report.sensor,
        t_ns=report.t_meas_ns,
        measured=isinstance(report, ArrivalReport)
        or (isinstance(report, Plot) and report.range_m is not None and not watcher.cooperative),
        health_ratio=ratio,
        icao24=claims.icao24 or "",
        remote_id=claims.remote_id or "",
        callsign=callsign,
        pos_enu_m=position,
        vel_enu_mps=velocity,
        sigma_m=sigma_m or CLAIM_SIGMA_M,
        height_sigma_m=height_sigma_m,
        affiliation=claims.affiliation or "",
        authenticated=watcher.authenticated,
    )


def _claimed_motion(report: Detection, places: Places, up_m: float) -> tuple[F64, F64, float]:
    """Give claimed position and velocity in site ENU, and the sigma of the height (inf: none)."""
    nothing = np.full(3, np.nan)
    if isinstance(report, SitePositionReport):
        up = up_m if report.up_m is None else report.up_m
        sigma = math.inf if report.up_m is None else GEOMETRIC_SIGMA_M
        return np.array([report.east_m, report.north_m, up]), nothing, sigma
    if isinstance(report, Plot | ArrivalReport):
        return nothing, nothing, math.inf
    hae_m = report.hae_m if report.hae_m is not None else report.height_baro_m
    flat = places.frame.hae_m + up_m if hae_m is None else hae_m
    position = np.array(places.frame.enu_from_geo(report.lat_rad, report.lon_rad, flat))
    sigma = math.inf if hae_m is None else GEOMETRIC_SIGMA_M
    sigma = BARO_SIGMA_M if report.hae_m is None and hae_m is not None else sigma
    if report.v_east_mps is None or report.v_north_mps is None:
        return position, nothing, sigma
    up_mps = report.v_up_mps or 0.0
    return position, np.array([report.v_east_mps, report.v_north_mps, up_mps]), sigma


def _compare(
    memory: Memory,
    claim: Claim,
    report: Detection,
    places: Places,
    watcher: Watcher,
    ratio: float,
) -> None:
    """Compare one measurement of our own with where the track says it is."""
    agreement = memory.agreement
    moved_s = (report.t_meas_ns - claim.t_ns) / NS_PER_S
    since_ns = report.t_meas_ns - agreement.compared_ns.get(report.sensor, -SPACING_NS)
    unplaced = bool(np.isnan(claim.pos_enu_m[0]))
    if unplaced or abs(moved_s) > CLAIM_MOVED_MAX_S or since_ns < SPACING_NS:
        return
    velocity = memory.vel_mps if np.isnan(claim.vel_enu_mps[0]) else claim.vel_enu_mps
    place = claim.pos_enu_m + velocity * moved_s
    speed_mps = float(np.hypot(velocity[0], velocity[1]))
    sigma_m = math.hypot(claim.sigma_m, CLAIM_DELAY_S * speed_mps, 3.0 * moved_s)
    result = _miss(report, place, sigma_m, claim.height_sigma_m, places, watcher)
    if result is None:
        return
    miss_m, agrees = result
    both = min(ratio, claim.health_ratio)
    step = both if agrees else -2.0 * both
    agreement.score = min(max(agreement.score + step, AGREE_MIN), AGREE_MAX)
    agreement.looks += 1
    agreement.miss_m, agreement.sensor = miss_m, report.sensor
    agreement.health_ratio, agreement.t_ns = both, report.t_meas_ns
    agreement.compared_ns[report.sensor] = report.t_meas_ns


def _miss(
    report: Detection,
    place_enu_m: F64,
    sigma_m: float,
    height_sigma_m: float,
    places: Places,
    watcher: Watcher,
) -> tuple[float, bool] | None:
    """Say how far a measurement is from a claimed place, and whether the two agree.

    place_enu_m (3,). Returns (distance in m, agrees), or None where the report has no place.
    """
    if isinstance(report, ArrivalReport):
        return None  # it says where only together with the track
    if isinstance(report, Plot):
        return _plot_miss(report, place_enu_m, sigma_m, height_sigma_m, watcher)
    if isinstance(report, SitePositionReport):
        measured = np.array([report.east_m, report.north_m])
        own = report.east_sigma_m or watcher.horizontal_sigma_m
    else:
        hae_m = places.frame.hae_m + float(place_enu_m[2]) if report.hae_m is None else report.hae_m
        measured = np.array(places.frame.enu_from_geo(report.lat_rad, report.lon_rad, hae_m)[:2])
        own = report.horizontal_sigma_m or watcher.horizontal_sigma_m
    miss_m = float(np.hypot(*(measured - place_enu_m[:2])))
    return miss_m, miss_m <= AGREE_SIGMAS * math.hypot(own, sigma_m)


def _plot_miss(
    plot: Plot, place_enu_m: F64, sigma_m: float, height_sigma_m: float, watcher: Watcher
) -> tuple[float, bool] | None:
    if plot.range_m is None or plot.azimuth_rad is None:
        return None
    local = (place_enu_m - watcher.position_enu_m) @ watcher.axes
    ground_m = math.hypot(local[0], local[1])
    along_m = plot.range_m - math.hypot(ground_m, local[2])
    azimuth_rad = plot.azimuth_rad + watcher.azimuth_offset_rad
    across_m = ground_m * wrap_pi(azimuth_rad - math.atan2(local[0], local[1]))
    range_sigma_m = plot.range_sigma_m or watcher.range_sigma_m
    azimuth_sigma_rad = plot.azimuth_sigma_rad or watcher.azimuth_sigma_rad
    along = along_m / math.hypot(range_sigma_m, RADAR_RANGE_BIAS_M, sigma_m)
    across = across_m / math.hypot(
        ground_m * math.hypot(azimuth_sigma_rad, RADAR_BIAS_RAD), sigma_m
    )
    agrees = math.hypot(along, across) <= AGREE_SIGMAS
    if plot.elevation_rad is not None and math.isfinite(height_sigma_m):
        above_m = plot.range_m * math.sin(plot.elevation_rad) - local[2]
        own = plot.range_m * (plot.elevation_sigma_rad or watcher.elevation_sigma_rad)
        bias_m = plot.range_m * RADAR_BIAS_RAD
        agrees = agrees and abs(above_m) <= AGREE_SIGMAS * math.hypot(own, bias_m, height_sigma_m)
    return math.hypot(along_m, across_m), agrees
