"""`vedette check site`: the files that a site names are looked for."""

from running import vedette

SITE = """schema = 1
name = "tak"
mode = "LIVE"
reference = { lat_deg = 33.8, lon_deg = 42.44, hae_m = 190.0 }
[[feeds]]
id = "tak"
kind = "cot_tcp"
port = 8089
tls_ca = "CA"
"""


def test_a_site_whose_tls_file_is_not_there_is_refused_by_its_line(tmp_path):
    path, ca = tmp_path / "my.site.toml", tmp_path / "ca.pem"
    path.write_text(SITE.replace("CA", str(ca)))
    done = vedette("check", "site", str(path))
    assert done.returncode == 1
    assert f"{path}:9: feeds[0].tls_ca: {ca}: there is no such file" in done.stdout
    ca.write_text("some certificate")
    assert vedette("check", "site", str(path)).returncode == 0
