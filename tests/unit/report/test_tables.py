"""Tables as CSV and LaTeX; predictions."""

import numpy as np
import pandas as pd

from obafgkm.evaluation.predictions import write_predictions
from obafgkm.report.tables import write_table
from obafgkm.spectra import Spectra


def test_csv_keeps_digits_and_latex_rounds_with_bounds(tmp_path):
    table = pd.DataFrame(
        {"model": ["50% & more_"], "error": [1.23456], "error_low": [1.1], "error_high": [1.4], "n": [7]}
    )
    write_table(table, tmp_path / "t.csv", tmp_path / "t.tex")
    assert pd.read_csv(tmp_path / "t.csv")["error"][0] == 1.23456
    latex = (tmp_path / "t.tex").read_text()
    assert r"50\% \& more\_ & $1.23$ [$1.10$, $1.40$] & 7 \\" in latex
    assert r"\begin{tabular}{lrr}" in latex


def test_heads_in_latex_are_words_and_symbols(tmp_path):
    table = pd.DataFrame({"main_class_accuracy": [0.5], "sigma_teff": [82.0], "r2": [0.9]})
    write_table(table, tmp_path / "t.csv", tmp_path / "t.tex")
    heads = r"main class accuracy & $\sigma$ $T_\mathrm{eff}$ & $R^2$ \\"
    assert heads in (tmp_path / "t.tex").read_text()


def test_a_wide_table_is_printed_in_parts_that_name_their_rows(tmp_path):
    numbers = {f"x{i}": [i + 0.25, -i] for i in range(17)}
    table = pd.DataFrame({"library": ["miles", "cflib"], "model": ["ann", "cnn"], **numbers})
    write_table(table, tmp_path / "t.csv", tmp_path / "t.tex")
    parts = (tmp_path / "t.tex").read_text().split(r"\medskip")
    heads = [part.split(r"\toprule")[1].split(r"\\")[0].strip().split(" & ") for part in parts]
    assert max(map(len, heads)) <= 8
    assert all(head[:2] == ["library", "model"] for head in heads)
    assert [name for head in heads for name in head[2:]] == list(numbers)
    assert all("miles & ann & $" in part and "cflib & cnn & $" in part for part in parts)
    assert sum(part.count("$-16.00$") for part in parts) == 1


def test_a_missing_number_is_a_dash(tmp_path):
    write_table(pd.DataFrame({"x": [np.nan]}), tmp_path / "t.csv", tmp_path / "t.tex")
    assert "--" in (tmp_path / "t.tex").read_text()


def test_predictions_say_what_each_spectrum_was_taken_for(tmp_path):
    labels = pd.DataFrame(
        {
            "library": "cflib",
            "file": ["1.fits", "2.fits"],
            "name": ["1", "2"],
            "star": ["HD 1", "HD 2"],
            "source": "simulated",
            "mk_type": ["B9V", "K2III"],
            "mk_class": [19, 52],
        }
    )
    spectra = Spectra(np.arange(3.0), np.ones((2, 3)), np.ones((2, 3)), labels)
    write_predictions(tmp_path / "p.csv", spectra, np.array([20.97, 75.0]))
    table = pd.read_csv(tmp_path / "p.csv")
    assert table["expected_type"].tolist() == ["B9V", "K2III"]
    assert table["predicted"].tolist() == [20.97, 75.0]
    assert table["predicted_type"].tolist() == ["A1", "M9"]
