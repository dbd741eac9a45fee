"""The doctor: listens to a site's feeds for a while, and says what is wrong and what to do.

`examine` opens what the site file names on real sockets and records nothing. `heard.py` counts what
arrives, `sockets.py` opens and probes, `advice.py` turns it into findings in plain words.
"""

from vedette.service.doctor.examination import Examination, examine

__all__ = ["Examination", "examine"]
