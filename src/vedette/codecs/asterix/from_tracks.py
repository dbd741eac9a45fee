"""Our own tracks as CAT062, and how the centre is as CAT065.

Said is what a neighbour needs and what we know: number, time, place in WGS-84, velocity, height
where a sensor saw it, and how sure each is. Identity is not said: the category has no item for a
judgement, and its friend bits mean an answer to an interrogation, which we have not made.
"""

import math
from dataclasses import dataclass, field

from vedette.base.constants import NS_PER_DAY, NS_PER_S
from vedette.codecs.asterix.cat062 import Cat062
from vedette.codecs.asterix.cat065 import (
    DEGRADED,
    END_OF_BATCH,
    OPERATIONAL,
    SDPS_STATUS,
    SERVICE_STATUS,
    Cat065,
)
from vedette.model.enums import Mode, TrackStatus
from vedette.model.told import ToldTrack

SERVICE = 1
NUMBERS = 1 << 16  # of I062/040; 0 is left out, for some receivers take it for none
REST_NS = 60 * NS_PER_S  # a number whose track has ended is not given again sooner
NO_SOURCE, RADAR_3D = 0, 2  # I062/080 SRC
AGE_MAX_S = 255 * 0.25
BATCHES = 256  # numbers of I065/020
SERVICE_DEGRADED, DEGRADATION_ENDED = 1, 2  # I065/050


@dataclass(slots=True)
class Numbers:
    """The track numbers of one output. given: by our own number; resting: (when, number)."""

    given: dict[int, int] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    resting: list[tuple[int, int]] = field(default_factory=list)

    def of(self, track_id: int) -> int:
        """Give a track's number: always the same; its own modulo 65,536 where that is free."""
        number = self.given.get(track_id)
        if number is None:
            number = track_id % NUMBERS
            while number == 0 or number in self.taken:
                number = (number + 1) % NUMBERS
            self.given[track_id] = number
            self.taken.add(number)
        return number

    def end(self, track_id: int, now_ns: int) -> None:
        """Let a track's number rest, and give back those that have rested."""
        number = self.given.pop(track_id, None)
        if number is not None:
            self.resting.append((now_ns, number))
        while self.resting and now_ns - self.resting[0][0] >= REST_NS:
            self.taken.discard(self.resting.pop(0)[1])


def t_day_s(t_ns: int) -> float:
    """Give the time of day of an instant, seconds after midnight UTC."""
    return (t_ns % NS_PER_DAY) / NS_PER_S


def cat062_of(
    track: ToldTrack, number: int, sac: int, sic: int, is_first: bool = False, is_last: bool = False
) -> Cat062:
    """Say a track as CAT062. is_first, is_last: of the messages that tell of it."""
    east_m, north_m, both_m = _sigmas_m(track)
    height = track.height_observed
    return Cat062(
        sac=sac,
        sic=sic,
        service=SERVICE,
        t_day_s=t_day_s(track.t_ns),
        lat_rad=math.radians(track.lat_deg),
        lon_rad=math.radians(track.lon_deg),
        v_east_mps=track.v_east_mps,
        v_north_mps=track.v_north_mps,
        callsign_kind=0 if _callsign(track) else None,
        callsign=_callsign(track),
        track_number=number,
        monosensor=len(track.sensors) == 1,
        geometric_height_better=height,
        height_source=RADAR_3D if height else NO_SOURCE,
        tentative=track.status is TrackStatus.TENTATIVE,
        simulated=track.mode is not Mode.LIVE,
        last_message=is_last,
        first_message=is_first,
        coasted=track.status is TrackStatus.COASTING or None,
        age_s=min(max(track.t_ns - track.updated_ns, 0) / NS_PER_S, AGE_MAX_S),
        hae_m=track.hae_m if height else None,
        climb_mps=track.v_up_mps if height else None,
        x_sigma_m=east_m,
        y_sigma_m=north_m,
        xy_covariance_m=both_m,
        hae_sigma_m=track.sigma_up_m if height else None,
    )


def _sigmas_m(track: ToldTrack) -> tuple[float, float, float]:
    """Give one standard deviation east and north, and the root of their covariance with its sign.

    At least one step each: a sigma of 0 would say that the place is known without a doubt.
    """
    sine, cosine = math.sin(track.major_rad), math.cos(track.major_rad)
    major, minor = track.sigma_major_m**2, track.sigma_minor_m**2
    east = math.sqrt(major * sine**2 + minor * cosine**2)
    north = math.sqrt(major * cosine**2 + minor * sine**2)
    both = (major - minor) * sine * cosine
    return max(east, 0.5), max(north, 0.5), math.copysign(math.sqrt(abs(both)), both)


def _callsign(track: ToldTrack) -> str | None:
    """Give what the track claims to be called, where eight letters and digits can say it."""
    label = track.label.upper()
    return label if 0 < len(label) <= 8 and label.isascii() and label.isalnum() else None


def cat065_of(now_ns: int, sac: int, sic: int, is_degraded: bool) -> Cat065:
    """Say how the centre is."""
    return Cat065(
        sac=sac,
        sic=sic,
        message_type=SDPS_STATUS,
        service=SERVICE,
        t_day_s=t_day_s(now_ns),
        nogo=DEGRADED if is_degraded else OPERATIONAL,
        overloaded=False,
        time_invalid=False,
        processor=0,
    )


def end_of_batch_of(now_ns: int, sac: int, sic: int, number: int) -> Cat065:
    """Say that all tracks of a batch have been told. number: of the batch, modulo 256."""
    return Cat065(
        sac=sac,
        sic=sic,
        message_type=END_OF_BATCH,
        service=SERVICE,
        t_day_s=t_day_s(now_ns),
        batch_number=number % BATCHES,
    )


def change_of(now_ns: int, sac: int, sic: int, is_degraded: bool) -> Cat065:
    """Say that the service has become worse, or good again."""
    return Cat065(
        sac=sac,
        sic=sic,
        message_type=SERVICE_STATUS,
        service=SERVICE,
        t_day_s=t_day_s(now_ns),
        service_report=SERVICE_DEGRADED if is_degraded else DEGRADATION_ENDED,
    )
