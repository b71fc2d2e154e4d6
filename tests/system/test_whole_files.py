import os

import pytest

from kpi_helpers.system.whole_files import write_whole


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path):
    target = tmp_path / "new" / "page.html"
    write_whole(target, "one")
    write_whole(target, b"two")
    assert target.read_text() == "two"
    assert [path.name for path in target.parent.iterdir()] == ["page.html"]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    target = tmp_path / "page.html"
    write_whole(target, "old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(target, "\ud800")
    assert target.read_text() == "old"
    target2 = tmp_path / "is-a-folder"
    target2.mkdir()
    with pytest.raises(OSError):
        write_whole(target2, "x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["is-a-folder", "page.html"]


@pytest.mark.skipif(os.name != "posix", reason="a umask is POSIX's")
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o027, 0o640)])
def test_a_file_allows_no_more_than_the_user_allows(tmp_path, mask, mode):
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "page.html", "one")
        assert os.umask(mask) == mask  # reading it left it as it was
    finally:
        os.umask(before)
    assert (tmp_path / "page.html").stat().st_mode & 0o777 == mode


def test_a_file_is_on_the_disk_before_it_takes_its_name(tmp_path, monkeypatch):
    target, seen = tmp_path / "page.html", []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (seen.append(target.exists()), fsync(file)))
    write_whole(target, "one")
    assert seen == [False]
