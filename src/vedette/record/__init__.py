"""Record."""
from vedette.record.state import decode_state, encode_state, unfaithful
__all__ = ["decode_state", "encode_state", "unfaithful"]
