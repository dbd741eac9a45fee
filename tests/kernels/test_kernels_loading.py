"""What was compiled from other sources than today's is not used."""

from vedette.kernels.loading import forget_stale_code


def test_compiled_kernels_stay_until_any_source_changes(tmp_path):
    (tmp_path / "one.py").write_text("a = 1\n")
    (tmp_path / "two.py").write_text("from one import a\n")
    forget_stale_code(tmp_path)
    compiled = tmp_path / "__pycache__" / "two.f-1.py311.1.nbc"
    compiled.write_bytes(b"machine code")
    forget_stale_code(tmp_path)
    assert compiled.exists()
    (tmp_path / "one.py").write_text("a = 2\n")
    forget_stale_code(tmp_path)
    assert not compiled.exists()


def test_a_folder_that_cannot_be_written_is_left_alone(tmp_path):
    (tmp_path / "one.py").write_text("a = 1\n")
    (tmp_path / "__pycache__").write_text("no folder")
    forget_stale_code(tmp_path)
    assert (tmp_path / "__pycache__").read_text() == "no folder"
