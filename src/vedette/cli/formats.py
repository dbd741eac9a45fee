"""What the parsers of commands say of recorded formats, without loading the codecs.

The one list is `codecs.formats`; reading it loads every codec and numpy, half a second that no
command should need before it knows what it is asked. A test holds these words to that list.
"""

ENDINGS = (
    ".pcap", ".cap", ".pcapng", ".parquet", ".sbs", ".avr", ".cot", ".tak", ".sapient", ".json",
    ".jsonl", ".ndjson", ".beast", ".ast", ".csv",
)  # fmt: skip
CHECKED = (
    "aircraft.json", "ast", "asterix", "avr", "beast", "cot", "csv", "detections", "dronescout",
    "jsonl", "mavlink", "parquet", "pcap", "pcapng", "sapient", "sbs",
)  # fmt: skip
READ = (
    "pcap", "pcapng", "parquet", "sbs", "avr", "cot", "sapient", "detections", "beast", "ast",
    "csv",
)  # fmt: skip
WRITTEN = (
    "detections", "csv", "parquet", "geojson", "kml", "ast", "pcap", "pcapng", "beast", "avr",
    "sbs", "cot", "cot-pcap", "sapient", "sapient-json", "remote-id-pcap",
)  # fmt: skip
