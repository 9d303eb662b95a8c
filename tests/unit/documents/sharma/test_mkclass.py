import os

import numpy as np
import pandas as pd
import pytest

from obafgkm.documents.sharma.mkclass import classify, read_line, table, unity_in_blue
from obafgkm.errors import ProgramError

WAVE = np.arange(3700.0, 6800.0)

# Does what the first flux of the spectrum says, and keeps its command line and the spectrum beside itself.
STAND_IN = r"""#!/bin/sh
here=$(dirname "$0")
echo "$@" >> "$here/arguments"
cp "$1" "$here/spectrum"
case $(head -n 1 "$1" | cut -d ' ' -f 2 | cut -d . -f 1) in
    0) echo "$1  | A0 V   			|  excel  | \\\\" > "$3" ;;
    1) exit 3 ;;
    2) exec sleep 20 ;;
    3) printf 'Segmentation \377 fault' > "$3" ;;
    4) echo "$1  | " > "$3"; kill -SEGV $$ ;;
    5) echo "$1  | kA3hF1mF2  Eu 		|  good   | \\\\" > "$3" ;;
    6) echo "$1  | ?   			|  poor  | \\\\" > "$3" ;;
esac
"""


@pytest.fixture
def mkclass(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "mkclass"
    program.parent.mkdir()
    program.write_text(STAND_IN)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return program


def spectra(*orders):
    """Flat spectra, each with an order to the stand-in in the pixel where the program's range begins."""
    flux = np.full((len(orders), WAVE.size), 4.0)
    flux[:, WAVE == 3800] = 4 * np.array(orders)[:, None]
    return flux


def run(*orders, **options):
    names = [f"HD {order}" for order in orders]
    return classify(WAVE, spectra(*orders), names, "libr18", **options)


def test_absence_is_told_with_the_ways_on(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProgramError, match=r"PATH.*MKLIB.*NutMaat"):
        run(0)


def test_command_line_and_spectrum_are_the_programs_own(mkclass):
    run(0)
    arguments = (mkclass.parent / "arguments").read_text().split()
    assert arguments == ["spectrum.dat", "libr18", "mkclass.out", "mkclass.log", "2", "3"]
    wave, flux = np.loadtxt(mkclass.parent / "spectrum", unpack=True)
    np.testing.assert_array_equal(wave, np.arange(3800, 5601))
    np.testing.assert_allclose(flux[1:], 1)


def test_spectra_are_scaled_by_their_highest_flux_from_4502_to_4508_angstrom():
    flux = np.ones((1, WAVE.size))
    for wave, height in [(4400, 9), (4501, 8), (4505, 4), (4508, 5), (4509, 7)]:
        flux[0, np.searchsorted(WAVE, wave)] = height
    assert unity_in_blue(WAVE, flux)[0, WAVE == 4505] == 4 / 5


def test_every_outcome_has_its_row_and_faults_lose_no_other_spectrum(mkclass):
    result = run(0, 1, 2, 3, 4, 5, 6, timeout=1.5)
    assert result["name"].tolist() == [f"HD {order}" for order in range(7)]
    assert result["outcome"].tolist() == ["classified", *["failed"] * 4, "peculiar", "unclassified"]
    assert result["type"].tolist() == ["A0 V", "", "", "", "", "kA3hF1mF2 Eu", "?"]
    assert result["number"].fillna(-1).tolist() == [20, -1, -1, -1, -1, 31, -1]
    assert result["luminosity"].fillna(-1).tolist() == [4, -1, -1, -1, -1, -1, -1]
    problems = result["problem"]
    assert "exit status 3" in problems[1]
    assert "1.5 s" in problems[2]
    assert "Segmentation" in problems[3]
    assert "not a line" in problems[4]
    assert (problems[[0, 5, 6]] == "").all()


def test_a_program_that_fails_always_is_an_error(mkclass):
    with pytest.raises(ProgramError, match=r"all 2 spectra failed.*exit status 3"):
        run(1, 1)


def test_a_program_that_cannot_be_run_is_an_error(mkclass):
    mkclass.write_bytes(b"#!/no/such/interpreter\n")
    with pytest.raises(ProgramError, match="No such file"):
        run(0)


@pytest.mark.parametrize(
    ("line", "outcome", "number", "luminosity"),
    [
        ("x | K0 III-IV  CN1 \t\t|  good   | \\\\", "classified", 50, 2),
        ("x | M4.5 V  |  good | \\\\", "classified", 64, 4),
        ("x | G1 Iab    |  vgood  | \\\\", "classified", 41, 0),
        ("x | K5 ?     |  fair   | \\\\", "classified", 55, None),
        ("x | A3 mA0 IV metal-weak |         |  \\\\", "peculiar", 23, 3),
        ("x | A5 mA1 V Lam Boo\n", "peculiar", 25, 4),
        ("x | kA6hF8mK2 |  | \\\\", "peculiar", 38, None),
        ("x | Unclassifiable             |         | \\\\", "unclassified", None, None),
        ("x | Carbon star\t\t|         | \\\\", "unclassified", None, None),
        ("x | DA\t\t|         | \\\\", "unclassified", None, None),
        ("x | emission-line?\t|         | \\\\", "unclassified", None, None),
        ("x | ?? V |  poor  | \\\\", "unclassified", None, None),
    ],
)
def test_lines_are_read(line, outcome, number, luminosity):
    result = read_line(line)
    assert (result["outcome"], result.get("number"), result.get("luminosity")) == (
        outcome,
        number,
        luminosity,
    )


def test_no_spectra_give_an_empty_table():
    assert len(table([], [])) == 0


def test_types_that_all_lack_a_luminosity_class_are_numbers_all_the_same():
    assert pd.api.types.is_float_dtype(table(["a"], [("a | K5 ? | fair | ", "")])["luminosity"])
