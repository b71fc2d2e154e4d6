"""`partner-kpis lab` as it is typed: a server with the user's data, and nothing left of it
afterwards."""

import json
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest
from browser.servers import ROOT, TOKEN, serving

SAMPLE = str(ROOT / "data" / "sample")
LAB = ("kpi_helpers.cli", "lab", "--as-of", "2025-12-31", "--dir", "mine", "--lang", "tr")
SERVER = ("--", "--no-browser", "--port={port}", f"--IdentityProvider.token={TOKEN}")


def asked(address):
    with urllib.request.urlopen(
        urllib.request.Request(address, headers={"Authorization": f"token {TOKEN}"})
    ) as answer:
        return answer.url, answer.read().decode()


def test_lab_opens_the_notebook_on_the_users_data_for_whoever_has_the_token(tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    for _time in (
        "first",
        "again",
    ):  # the copies are the user's: parameters are put in once, not piled up
        with serving(place, *LAB, SAMPLE, *SERVER) as address:
            assert urlsplit(asked(address)[0]).path == "/lab/tree/explore.ipynb"
            for name in ("explore.ipynb", "what_if.ipynb"):
                cells = json.loads(asked(f"{address}/api/contents/{name}")[1])["content"]["cells"]
                given = [
                    cell["source"]
                    for cell in cells
                    if "injected-parameters" in cell["metadata"].get("tags", ())
                ]
                assert len(given) == 1 and SAMPLE in given[0] and 'as_of = "2025-12-31"' in given[0]
            assert cells[0]["source"].startswith("# Ya şöyle olursa?") and 'lang = "tr"' in given[0]
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(f"{address}/api/contents/explore.ipynb")
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(address)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.csv",), "not there"),
        ((SAMPLE, "--mapping", "none.toml"), "none.toml"),
        ((SAMPLE, "--dir", "a"), "--dir"),
        (("postgresql://ada:hunter2@h/crm",), "leave the password out"),
        (("postgresql://h/crm?password=hunter2",), "leave the password out"),
        (("https://h/crm.csv",), "not there"),
    ],
)
def test_lab_refuses_what_it_cannot_use(command, tmp_path, words, said):
    (tmp_path / "a").write_text("a file where a folder should be")
    answer = command("lab", *words)
    assert answer.returncode == 2 and said in answer.stderr and "Traceback" not in answer.stderr
    assert "hunter2" not in answer.stderr and not (tmp_path / "lab").exists()
