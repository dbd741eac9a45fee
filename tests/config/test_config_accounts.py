"""The accounts file: private, whole, and refused where it is not."""

import stat

import pytest

from vedette.base.errors import RefusedError, VedetteError
from vedette.config.accounts import accounts_path, editing, read_accounts
from vedette.model.enums import Role

HASH = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"


@pytest.fixture
def path(tmp_path):
    path = accounts_path(tmp_path / "state")
    with editing(path) as book:
        book.add("amal", [Role.OPERATOR], HASH)
    return path


def test_what_is_added_is_there_and_nobody_else_may_read_it(path):
    (account,) = read_accounts(path)
    assert (account.name, account.roles, account.disabled) == ("amal", [Role.OPERATOR], False)
    assert account.changed.endswith("Z") and account.changed_by
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {p.name for p in path.parent.iterdir()} == {"accounts.json", "accounts.lock"}


def test_no_file_is_nobody(tmp_path):
    assert read_accounts(accounts_path(tmp_path)) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o777])
def test_a_file_that_others_may_read_or_write_is_refused(path, mode):
    path.chmod(mode)
    with pytest.raises(RefusedError, match="chmod 600"):
        read_accounts(path)


def test_a_link_is_not_followed_and_a_pipe_not_read(path, tmp_path):
    link = tmp_path / "link.json"
    link.symlink_to(path)
    with pytest.raises(RefusedError, match="cannot be read"):
        read_accounts(link)
    with pytest.raises(RefusedError, match="is not a file"):
        read_accounts(path.parent)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b'"format": 1', b'"format": 2', "format"),
        (b'"operator"', b'"king"', "king"),
        (b"$argon2id$", b"$argon2i$", "argon2id hash"),
        (b'"amal"', b'"am\\u0000al"', "printable"),
        (b'"amal"', b'""', "at|name"),
        (b'"operator"', b'"administrator", "engagement_authority"', "make two accounts"),
        (b'"disabled": false', b'"disabled": false, "admin": true', "admin"),
        (b"{", b"[" * 5000, "accounts.json"),
        (b"}", b"\xff}", "accounts.json"),
        (b"}", b" " * (1 << 20) + b"}", "larger than"),
    ],
)
def test_a_damaged_file_is_refused_with_the_reason(path, before, after, reason):
    data = path.read_bytes()
    assert before in data
    path.write_bytes(data.replace(before, after, 1))
    with pytest.raises(RefusedError, match=reason):
        read_accounts(path)


@pytest.mark.parametrize(
    ("name", "roles", "reason"),
    [
        ("amal", [Role.VIEWER], "already"),
        ("AMAL", [Role.VIEWER], "already"),
        ("", [Role.VIEWER], "1 to 64"),
        ("x" * 65, [Role.VIEWER], "1 to 64"),
        (" basim", [Role.VIEWER], "blanks"),
        ("ba\u202esim", [Role.VIEWER], "printable"),
        ("\uff42asim", [Role.VIEWER], "printable"),
        ("basim", [], "at least one role"),
        ("basim", [Role.ADMINISTRATOR, Role.ENGAGEMENT_AUTHORITY], "make two accounts"),
    ],
)
def test_a_name_or_a_role_that_cannot_be_is_refused_and_nothing_changes(path, name, roles, reason):
    before = path.read_bytes()
    with pytest.raises(VedetteError, match=reason), editing(path) as book:
        book.add(name, roles, HASH)
    assert path.read_bytes() == before
    with editing(path) as book:  # and the lock is free again
        book.change("amal", roles=[Role.AUDITOR])
    assert [account.roles for account in read_accounts(path)] == [[Role.AUDITOR]]


def test_accounts_are_changed_and_taken_away_by_name(path):
    with editing(path) as book:
        book.change("amal", disabled=True)
    assert read_accounts(path)[0].disabled
    with editing(path) as book:
        book.remove("amal")
    assert read_accounts(path) == []
    for act in ("change", "remove"):
        with pytest.raises(VedetteError, match="no account"), editing(path) as book:
            getattr(book, act)("nobody")


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(VedetteError, match="cannot write there"),
        editing(accounts_path(tmp_path / "file" / "state")),
    ):
        raise AssertionError
