"""Positions as what a transponder would have sent: Mode S frames and BaseStation lines.

In: position reports of who states its address. Out: frames with a 12 MHz counter that is 3 at the
first of them. An aircraft's first position is sent twice, even and odd, so that a reader finds
it; then they take turns. Frames carry no date, and a reader takes a leap of its counter for none:
silence is filled with what a receiver sends when it hears nothing.
"""

from dataclasses import dataclass, field

from vedette.base.constants import M_PER_FT, MPS_PER_KT, NS_PER_S
from vedette.codecs.adsb import mode_s, sbs
from vedette.codecs.adsb.aircraft import AIRCRAFT_MAX, NEAR_AGE_MAX_NS, accuracy_category
from vedette.codecs.adsb.beast import MODE_AC, Frame, frame_of
from vedette.codecs.saying import Form, fit, is_address, is_flight_name, is_octal
from vedette.model.reports import Claims, PositionReport

REPEAT_NS = 30 * NS_PER_S  # name and code are sent again: a reader may begin anywhere
FIRST_NS = 250  # three ticks: a counter of 0 means "no time" to some
SILENCE_NS = 1200 * NS_PER_S  # well below the leap a reader does not believe
COUNTED_NS = (1 << 48) * 250 // 3  # 271 days: then the counter begins anew
_QUIET = b"\0\0"

_CHECKS = {
    "claims.icao24": is_address,
    "claims.callsign": is_flight_name,
    "claims.squawk": is_octal,
}
_SAID = frozenset(
    {"lat_rad", "lon_rad", "height_baro_m", "v_east_mps", "v_north_mps", "v_up_mps"}
    | _CHECKS.keys()
)
_NEEDED = frozenset({"lat_rad", "lon_rad", "claims.icao24"})
_KT_MAX, _CLIMB_MAX_MPS = 1021.0 * MPS_PER_KT, 509.0 * 64.0 * M_PER_FT / 60.0
GAP_MAX_M = 125.0 * 25.0 * M_PER_FT  # between the two heights, in a velocity message
SQUITTER = Form(
    "Mode S",
    _SAID | {"hae_m", "horizontal_sigma_m"},
    _NEEDED,
    {
        "horizontal_sigma_m": (0.0, 3_783.0),  # within 9,260 m in 95 %, the widest that is stated
        "height_baro_m": (-1_000.0 * M_PER_FT, 50_000.0 * M_PER_FT),
        "hae_m": (-1_000.0 * M_PER_FT - GAP_MAX_M, 50_000.0 * M_PER_FT + GAP_MAX_M),
        "v_east_mps": (-_KT_MAX, _KT_MAX),
        "v_north_mps": (-_KT_MAX, _KT_MAX),
        "v_up_mps": (-_CLIMB_MAX_MPS, _CLIMB_MAX_MPS),
    },
    _CHECKS,
)
LINE = Form(
    "SBS-1",
    _SAID,
    _NEEDED,
    {
        "height_baro_m": (-2_000.0 * M_PER_FT, 200_000.0 * M_PER_FT),
        "v_east_mps": (-3_500.0 * MPS_PER_KT, 3_500.0 * MPS_PER_KT),
        "v_north_mps": (-3_500.0 * MPS_PER_KT, 3_500.0 * MPS_PER_KT),
        "v_up_mps": (-1e5 * M_PER_FT / 60.0, 1e5 * M_PER_FT / 60.0),
    },
    _CHECKS,
)
NO_VELOCITY = "hae_m: beside a pressure height Mode S says it with a velocity, and there is none"
NO_GAP = f"hae_m: more than {GAP_MAX_M:.0f} m from the pressure height"


@dataclass(slots=True)
class Sender:
    """One transponder: when and how it last said where it is, and what it has said of itself."""

    t_position_ns: int | None = None
    odd: bool = False
    claims: Claims = field(default_factory=Claims)
    t_claims_ns: int = 0


@dataclass(slots=True)
class Air:
    """All that is sent. begin_ns: when the counter was 0; t_ns: of the last frame."""

    begin_ns: int | None = None
    t_ns: int = 0
    senders: dict[str, Sender] = field(default_factory=dict)


def frames_of(air: Air, report: PositionReport) -> tuple[list[Frame], str, list[str]]:
    """Give the frames of a report, or why there are none; and what of it they do not say."""
    fitted = fit(report, SQUITTER)
    said, unsaid = fitted.report, fitted.unsaid
    if not isinstance(said, PositionReport) or said.claims is None or said.claims.icao24 is None:
        return [], fitted.why, unsaid
    if air.begin_ns is None:
        air.begin_ns, air.t_ns = said.t_meas_ns - FIRST_NS, said.t_meas_ns
    since_ns = said.t_meas_ns - air.begin_ns
    if not 0 <= since_ns < COUNTED_NS or air.t_ns - said.t_meas_ns > SILENCE_NS:
        return [], "its time lies before what is written already, or 271 days after", unsaid
    messages = _messages(air, said, said.claims.icao24, unsaid)
    frames = [frame_of(message, _ticks(since_ns)) for message in messages]
    return _silence(air, said.t_meas_ns) + frames, "", unsaid


def _ticks(since_ns: int) -> int:
    return -(-since_ns * 3 // 250)  # rounded up: a reader rounds down


def _silence(air: Air, t_ns: int) -> list[Frame]:
    """Fill the time since the last frame with words of a receiver that hears nothing."""
    quiet: list[Frame] = []
    while t_ns - air.t_ns > SILENCE_NS:
        air.t_ns += SILENCE_NS
        quiet.append(Frame(MODE_AC, _ticks(air.t_ns - (air.begin_ns or 0)), 0, _QUIET))
    air.t_ns = max(air.t_ns, t_ns)
    return quiet


def _messages(air: Air, report: PositionReport, icao24: str, unsaid: list[str]) -> list[bytes]:
    sender = _sender(air, icao24)
    out = _claims(sender, report, icao24)
    baro_m, hae_m = report.height_baro_m, report.hae_m
    gap_m = None if baro_m is None or hae_m is None else hae_m - baro_m
    if gap_m is not None and abs(gap_m) > GAP_MAX_M:
        unsaid.append(NO_GAP)
        gap_m = None
    if report.v_east_mps is not None and report.v_north_mps is not None:
        east, north, up = report.v_east_mps, report.v_north_mps, report.v_up_mps
        out.append(mode_s.airborne_velocity(icao24, east, north, up, gap_m))
    elif gap_m is not None:
        unsaid.append(NO_VELOCITY)
    is_hae = baro_m is None and hae_m is not None
    height_m = hae_m if is_hae else baro_m
    kind = _type(accuracy_category(report.horizontal_sigma_m), is_hae)
    for odd in _turns(sender, report.t_meas_ns):
        place = (report.lat_rad, report.lon_rad)
        out.append(mode_s.airborne_position(icao24, *place, height_m, odd, is_hae, kind))
    return out


def _type(category: int, is_hae: bool) -> int:
    """Give the type of position message that claims this accuracy: DO-260 table 2-11."""
    if not is_hae:
        return 18 - category
    return {9: 20, 8: 21}.get(category, 22)


def _sender(air: Air, icao24: str) -> Sender:
    """Find or begin a sender, the last used at the end; beyond the limit the oldest is begun anew.

    A reader keeps as many.
    """
    sender = air.senders.pop(icao24, None) or Sender()
    if len(air.senders) >= AIRCRAFT_MAX:
        del air.senders[next(iter(air.senders))]
    air.senders[icao24] = sender
    return sender


def _claims(sender: Sender, report: PositionReport, icao24: str) -> list[bytes]:
    claims, t_ns = report.claims or Claims(), report.t_meas_ns
    is_due = claims != sender.claims or t_ns - sender.t_claims_ns > REPEAT_NS
    if not is_due:
        return []
    sender.claims, sender.t_claims_ns = claims, t_ns
    out = [mode_s.identification(icao24, claims.callsign)] if claims.callsign else []
    return [*out, mode_s.identity_reply(icao24, claims.squawk)] if claims.squawk else out


def _turns(sender: Sender, t_ns: int) -> tuple[bool, ...]:
    """Say which of even and odd are due: both where a reader has nothing to lean on."""
    last_ns, sender.t_position_ns = sender.t_position_ns, t_ns
    if last_ns is None or abs(t_ns - last_ns) > NEAR_AGE_MAX_NS:
        sender.odd = True
        return False, True
    sender.odd = not sender.odd
    return (sender.odd,)


def lines_of(report: PositionReport) -> tuple[bytes, str, list[str]]:
    """Give a report as BaseStation lines, or why there are none; and what they do not say."""
    fitted = fit(report, LINE)
    if not isinstance(fitted.report, PositionReport):
        return b"", fitted.why, fitted.unsaid
    return sbs.encode(fitted.report), "", fitted.unsaid
