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
