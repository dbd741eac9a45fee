"""A system track as other systems are told of it: what every output format is written from."""

import msgspec

from vedette.model.enums import Identity, Mode, ObjectClass, TrackStatus


class ToldTrack(msgspec.Struct, frozen=True, kw_only=True):
    """One confirmed or coasting track at one time.

    lat_deg, lon_deg, hae_m: WGS-84. Velocity in the track's own east, north, up as the site's frame
    has it. sigma_*: one standard deviation; sigma_major_m and sigma_minor_m those of the horizontal
    ellipse, major_rad its longer axis clockwise from north, [0, pi). height_observed: whether any
    sensor saw the height; where not, hae_m and sigma_up_m say what is assumed. class_prob: of
    object_class. label: what it claims to be, a claim. sensors: those that saw it in the last
    `SEEN_S` seconds, by id. mode: LIVE or what marks it as anything else. is_second_hand: a
    neighbour told of it last, and no sensor of ours since.
    """

    track_id: int
    t_ns: int
    started_ns: int
    updated_ns: int
    status: TrackStatus
    lat_deg: float
    lon_deg: float
    hae_m: float
    v_east_mps: float
    v_north_mps: float
    v_up_mps: float
    sigma_major_m: float
    sigma_minor_m: float
    major_rad: float
    sigma_up_m: float
    height_observed: bool
    existence_prob: float
    identity: Identity
    identity_reason: str
    object_class: ObjectClass
    class_prob: float
    label: str
    sensors: tuple[str, ...]
    mode: Mode
    is_second_hand: bool = False
