"""A client for outside programs: read the picture, follow the tracks, send detections.

It knows the HTTP API and the live stream (docs/api.md) and nothing of the program behind them.
Synchronous: each call returns when it is answered.
"""

from vedette.client.connection import Answer, Client, ClientError, Refused
from vedette.client.frames import Frame, Picture, Track

__all__ = ["Answer", "Client", "ClientError", "Frame", "Picture", "Refused", "Track"]
