"""Check the results of a run; a page lists each check with its outcome, and what each network has learnt."""

import csv
import html
import os
import sys
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from obafgkm.errors import ObafgkmError
from obafgkm.evaluation.trivial import CONFIDENCE, Comparison
from obafgkm.workflow.job import job

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Checks of the results</title><style>
body {{ margin: 2rem auto; max-width: 92rem; font: 15px/1.45 system-ui, sans-serif; color: #1c2026; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ padding: .25rem .6rem; text-align: left; border-bottom: 1px solid #d9dce1; }}
.compared td:nth-child(6), .compared td:nth-child(8) {{ white-space: nowrap; }}
.compared td:nth-child(7) {{ min-width: 11rem; }}
.passed {{ color: #1b7f4b; }} .failed {{ color: #b3372e; }} .skipped {{ color: #6b7280; }}
</style></head><body>
<h1>Checks of the results</h1>
<p>{number} checks of the results of this run. A run stops if one of them fails.</p>
<h2>What each network has learnt</h2>
<p>Each trained network compared with the trivial answer to its task on the same test spectra: the commonest
class, a constant, the mean spectrum. Accuracies and fractions of explained variance are between 0 and 1,
root mean squares in the unit of the task. Intervals ({confidence:.0%}) are by star, or by model atmosphere. A
network is better if the whole interval of the paired difference, the gain, lies above zero. On a
sample so small that a good network may well not be shown to be better, nothing is said: too few to tell.</p>
<table class="compared"><tr><th>Document<th>Network<th>Task<th>Spectra
<th>Score<th>Network<th>Trivial answer<th>Gain<th>Verdict</tr>
{compared}
</table>
<h2>All checks</h2>
<table><tr><th>Group<th>Check<th>Of<th>Outcome</tr>
{rows}
</table></body></html>
"""
_ROW = "<td>{document}<td>{network}<td>{task}<td>{n}<td>{score}<td>{ours}<td>{answer}: {trivial}<td>{gain}"
# Verdict on a comparison, by the outcome of its check.
_VERDICTS = {"passed": "better", "failed": "not shown to be better", "skipped": "not judged"}


class Checks:
    """Pytest plugin that records each check: group, sentence, subject and outcome.

    Attributes
    ----------
    compared : list of dict
        One per network: its names, the `obafgkm.evaluation.trivial.Comparison`, and the ``verdict``.
    """

    def __init__(self):
        self.names, self.rows, self.reasons, self.compared = {}, [], {}, []

    def pytest_itemcollected(self, item):
        """Record the group (the module's docstring) and the sentence (the function's name)."""
        sentence = item.originalname.removeprefix("test_").replace("_", " ")
        looked_at = item.callspec.id if hasattr(item, "callspec") else ""
        self.names[item.nodeid] = (item.module.__doc__.strip(), sentence, looked_at)

    def pytest_runtest_logreport(self, report):
        """Record the outcome of the check, or of a failed set-up."""
        if report.when == "call" or report.outcome != "passed":
            self.rows.append((*self.names[report.nodeid], report.outcome, self._reason(report)))
        if report.when == "call" and "comparison" in (told := dict(report.user_properties)):
            about, comparison = told["comparison"]
            verdict = told.get("verdict", _VERDICTS[report.outcome])
            row = {**about, **asdict(comparison), "verdict": verdict}
            self.compared.append(row)

    def _reason(self, report):
        """Why a check was skipped, or the comparison of a network that failed."""
        if report.outcome == "skipped":
            return report.longrepr[2].removeprefix("Skipped: ")
        if report.outcome == "failed" and (told := dict(report.user_properties).get("comparison")):
            return str(told[1])
        return ""

    def page(self, titles=None):
        """The page as HTML; `titles` are those of the documents."""
        rows = [
            f'<tr><td>{"<td>".join(map(html.escape, row[:3]))}<td class="{row[3]}">{row[3]}'
            f"{html.escape(f': {row[4]}' if row[4] else '')}</tr>"
            for row in self.rows
        ]
        return PAGE.format(
            number=len(rows),
            rows="\n".join(rows),
            compared="\n".join(_comparison_row(row, titles or {}) for row in self.compared),
            confidence=CONFIDENCE,
        )

    def write_table(self, path):
        """Write the comparisons of the networks as a table."""
        names = ["document", "network", "task", *(field.name for field in fields(Comparison)), "verdict"]
        with open(path, "w", newline="") as file:
            table = csv.DictWriter(file, names)
            table.writeheader()
            table.writerows(self.compared)

    def failures(self):
        """The checks that failed, one per line."""
        return [
            row[1] + (f" [{row[2]}]" if row[2] else "") + (f": {row[4]}" if row[4] else "")
            for row in self.rows
            if row[3] == "failed"
        ]


def _comparison_row(row, titles):
    """A comparison as a row of the page, with intervals."""
    shown = {name: html.escape(str(value)) for name, value in row.items()}
    shown["document"] = html.escape(titles.get(row["document"], row["document"]))
    shown["network"] = shown["network"].replace("_", " ")
    shown |= {"trivial": f"{row['trivial']:.3g}"}
    for name in ("ours", "gain"):
        ends = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
        shown[name] = "{:.3g} ({:.3g} to {:.3g})".format(*ends)
    outcomes = (outcome for outcome, verdict in _VERDICTS.items() if verdict == row["verdict"])
    outcome = next(outcomes, "skipped")
    return f'<tr>{_ROW.format(**shown)}<td class="{outcome}">{row["verdict"]}</tr>'


def check(run, tests, configuration, scale):
    """Run the checks in `tests` on the results of `run`.

    Parameters
    ----------
    run, tests, configuration : path
        Directory of the run, directory of the checks, configuration of pytest.
    scale : str
        The configuration's name for the scale of the run; at some, networks are not trained to learn.

    Returns
    -------
    checks : Checks
    status : int
        Of pytest: 0 if every check passed.
    """
    os.environ |= {"OBAFGKM_RUN": str(run), "OBAFGKM_SCALE": scale}
    checks = Checks()
    arguments = ["-c", configuration, "--rootdir", tests, "-p", "no:cacheprovider", tests]
    return checks, pytest.main([str(argument) for argument in arguments], plugins=[checks])


if __name__ == "__main__":
    with job(snakemake):
        root = Path(snakemake.scriptdir).resolve().parents[2]
        sys.dont_write_bytecode = True
        tests, configuration = root / "tests" / "science", root / "pyproject.toml"
        checks, status = check(Path.cwd(), tests, configuration, snakemake.params.scale)
        if status:
            failures = "\n  ".join(checks.failures()) or "they did not finish"
            raise ObafgkmError(f"checks of the results fail, see {snakemake.log[0]}:\n  {failures}")
        Path(snakemake.output.page).write_text(checks.page(snakemake.params.titles))
        checks.write_table(snakemake.output.networks)
