"""Check the results of a run; a page tells each check and how it went."""

import html
import os
import sys
from pathlib import Path

import pytest

from obafgkm.errors import ObafgkmError
from obafgkm.workflow.job import job

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Checks of the results</title><style>
body {{ margin: 2rem auto; max-width: 70rem; font: 15px/1.45 system-ui, sans-serif; color: #1c2026; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ padding: .25rem .6rem; text-align: left; border-bottom: 1px solid #d9dce1; }}
.passed {{ color: #1b7f4b; }} .failed {{ color: #b3372e; }} .skipped {{ color: #6b7280; }}
</style></head><body>
<h1>Checks of the results</h1>
<p>{number} checks of what this run made. A run in which one fails stops there.</p>
<table><tr><th>Group<th>Check<th>Of<th>Outcome</tr>
{rows}
</table></body></html>
"""


class Checks:
    """What pytest tells of each check: its group, its sentence, what it looked at, and how it went."""

    def __init__(self):
        self.names, self.rows = {}, []

    def pytest_itemcollected(self, item):
        """Note the group (the docstring of the module) and the sentence (the name of the function)."""
        sentence = item.originalname.removeprefix("test_").replace("_", " ")
        looked_at = item.callspec.id if hasattr(item, "callspec") else ""
        self.names[item.nodeid] = (item.module.__doc__.strip(), sentence, looked_at)

    def pytest_runtest_logreport(self, report):
        """Note the outcome: of the check itself, or of a preparation that did not come through."""
        if report.when == "call" or report.outcome != "passed":
            self.rows.append((*self.names[report.nodeid], report.outcome))

    def page(self):
        """The page as HTML."""
        rows = [
            f'<tr><td>{"<td>".join(map(html.escape, row[:3]))}<td class="{row[3]}">{row[3]}</tr>'
            for row in self.rows
        ]
        return PAGE.format(number=len(rows), rows="\n".join(rows))

    def failures(self):
        """The checks that failed, one a line."""
        return [f"{row[1]} [{row[2]}]" if row[2] else row[1] for row in self.rows if row[3] == "failed"]


def check(run, tests, configuration):
    """Run the checks in `tests` on the results of `run`.

    Parameters
    ----------
    run, tests, configuration : path
        Directory of the run, directory of the checks, configuration of pytest.

    Returns
    -------
    checks : Checks
    status : int
        Of pytest: 0 if every check passed.
    """
    os.environ["OBAFGKM_RUN"] = str(run)
    checks = Checks()
    arguments = ["-c", configuration, "--rootdir", tests, "-p", "no:cacheprovider", tests]
    return checks, pytest.main([str(argument) for argument in arguments], plugins=[checks])


if __name__ == "__main__":
    with job(snakemake):
        root = Path(snakemake.scriptdir).resolve().parents[2]
        sys.dont_write_bytecode = True
        checks, status = check(Path.cwd(), root / "tests" / "science", root / "pyproject.toml")
        if status:
            failures = "\n  ".join(checks.failures()) or "they did not come to their end"
            raise ObafgkmError(f"checks of the results fail, see {snakemake.log[0]}:\n  {failures}")
        Path(snakemake.output[0]).write_text(checks.page())
