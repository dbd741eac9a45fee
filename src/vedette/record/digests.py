"""One short number for everything a step put out, so that a replay can say "the same" or not.

Tracks go in as the bytes of their arrays, the rest as MessagePack. Ledgers are the bulk of a
picture and change rarely: each step takes in the length and last item of every one, and all items
of about one in sixteen, chosen by track and time alone, so that none stays unchecked for long.
SHA-256 because processors have it built in: measured 2.6 times as fast as BLAKE2b here.
"""

import hashlib
from operator import attrgetter

import msgspec

from vedette.model.picture import AirPicture, IdentityRecord
from vedette.model.tracks import TrackTable

DIGEST_BYTES = 16
_TURN_NS = 50_000_000  # the usual step
_SHARE = 16  # one ledger in so many is taken in whole
_ENCODER = msgspec.msgpack.Encoder()
_BUT_THE_LEDGER = attrgetter(
    "track_id",
    "identity",
    "identity_by",
    "identity_reason",
    "object_class",
    "own_word",
    "unseen_by",
    "checking",
    "near_friend",
    "contradicted",
    "several_prob",
    "crowd_ratio",
    "bird_ratio",
    "class_prob",
    "label",
    "since_ns",
    "assessed_by",
    "assessed_ns",
    "dismissed_by",
    "dismissed_reason",
)


def digest(picture: AirPicture) -> bytes:
    """Condense a picture: equal bytes for equal pictures (first 16 bytes of SHA-256).

    Rows of the track table beyond its count do not matter; order of tracks and items does.
    """
    state = hashlib.sha256()
    _take_tracks(state, picture.tracks)
    turn = picture.now_ns // _TURN_NS
    identities = [_identity_part(r, turn) for r in picture.identities.values()]
    rest = (
        picture.now_ns,
        identities,
        picture.threats,
        picture.warnings,
        picture.options,
        picture.engagements,
        picture.posture,
        picture.queue,
        picture.sources,
        picture.events,
        picture.groups,
        picture.correlations,
        picture.notes,
    )
    state.update(_ENCODER.encode(rest))
    drawn = [zone for zone in picture.zones if zone.revision]  # the others are the site file's
    if drawn:
        state.update(_ENCODER.encode(drawn))
    return state.digest()[:DIGEST_BYTES]


def _take_tracks(state: "hashlib._Hash", tracks: TrackTable) -> None:
    n = tracks.count
    state.update(_ENCODER.encode((n, tracks.t_ns)))
    for column in (
        tracks.track_id,
        tracks.state_enu,
        tracks.cov_enu,
        tracks.existence_prob,
        tracks.status,
        tracks.started_ns,
        tracks.updated_ns,
        tracks.turn_rate_radps,
        tracks.mode_prob,
        tracks.sensor_updated_ns,
        tracks.height_observed,
    ):
        state.update(column[:n].tobytes())


def _identity_part(record: IdentityRecord, turn: int) -> tuple[object, ...]:
    """Return what of one identity goes into this step's digest; turn: which step it is.

    The whole ledger when it is its turn, else its last item. Knuth's multiplicative hash of track
    and time decides, so that no step length can keep missing a track.
    """
    mixed = (record.track_id * 2_654_435_761 ^ turn * 2_246_822_519) & 0xFFFFFFFF
    ledger = record.ledger
    told = ledger if (mixed >> 13) % _SHARE == 0 else ledger[-1:]
    return (*_BUT_THE_LEDGER(record), len(ledger), told)
