"""Output kind tracks_udp: one object a track and datagram, to a host or a multicast group."""

from vedette.config.site import Output
from vedette.model.picture import AirPicture
from vedette.model.told import ToldTrack
from vedette.outputs.datagrams import Datagrams
from vedette.outputs.pace import Pace
from vedette.outputs.surroundings import Surroundings
from vedette.outputs.track_lines import FORMATS


class TracksUdp(Datagrams):
    """Use as `async with`. Sends each track once in `period_s`."""

    def __init__(self, output: Output, around: Surroundings) -> None:
        """output: its table of the site file."""
        super().__init__(output, around)
        self._pace = Pace(output.period_s)
        self._tell, self._end = FORMATS[output.format]

    def publish(self, picture: AirPicture, told: list[ToldTrack]) -> None:
        """Send the tracks that are due, and the ends of those that are no more."""
        lines = [self._end(number, picture.now_ns) for number in self._pace.ended(told)]
        lines += [self._tell(track) for track in self._pace.due(told)]
        self.send_or_say(line[:-1] for line in lines)
