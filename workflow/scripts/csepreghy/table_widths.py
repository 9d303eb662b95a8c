"""Table of the 14 equivalent widths: both definitions, and the pipeline's measurements."""

from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.archives.sdss.spectra import read_lines
from obafgkm.documents.csepreghy.sample import WIDTHS
from obafgkm.report.tables import write_table
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.lines import LINES, equivalent_width
from obafgkm.workflow.job import job

_CLEAR = 5  # significance in standard errors at which a pipeline line is compared


def measure(sample, directory):
    """Widths of lines in galaxies, from three methods.

    Parameters
    ----------
    sample : Spectra
        Prepared.
    directory : path
        Folder of the spectra's files.

    Returns
    -------
    DataFrame
        One row per galaxy and line: ``line, code`` (the thesis's code, observed frame, positive in emission),
        ``textbook, error`` (at rest, positive in absorption), ``pipeline, pipeline_error`` (SPZLINE, at rest,
        positive in emission) and ``same_continuum``, the pipeline's flux over the textbook's continuum; NaN
        if the pipeline does not have the line, or detects it below five standard errors.
    """
    rows = []
    labels = sample.labels
    for i in np.flatnonzero(labels["class"] == "GALAXY"):
        path = Path(directory) / labels.loc[i, "file"]
        spec = path.name.startswith("spec-")
        table = read_lines(path.name, path.read_bytes()) if spec else None
        z = labels.loc[i, "z"]
        for line, column in zip(LINES, WIDTHS, strict=True):
            width, error, continuum = equivalent_width(sample.wave, sample.flux[i], sample.ivar[i], line, z)
            row = {"line": line.name, "code": labels.loc[i, column], "textbook": width, "error": error}
            if spec and line.pipeline and width == width:
                near = np.abs(table["wave"].to_numpy()[:, None] - np.array(line.pipeline)).min(axis=1) < 0.5
                of_line = table[near]
                area, area_error = of_line["area"].sum(), np.sqrt((of_line["area_err"] ** 2).sum())
                if len(of_line) == len(line.pipeline) and area > _CLEAR * area_error:
                    row["pipeline"] = of_line["ew"].sum() / (1 + z)
                    row["pipeline_error"] = np.sqrt((of_line["ew_err"] ** 2).sum()) / (1 + z)
                    row["same_continuum"] = area / continuum / (1 + z)
                    row["flux_error"] = area_error / continuum / (1 + z)
            rows.append(row)
    columns = ["pipeline", "pipeline_error", "same_continuum", "flux_error"]
    table = pd.DataFrame(rows)
    return table.reindex(columns=[*dict.fromkeys([*table.columns, *columns])])


def summarise(measured, source):
    """One row per line.

    Returns
    -------
    DataFrame
        ``line, thesis_wave, vacuum_wave``; median widths over galaxies with the line in range; for lines
        clearly detected by the pipeline: their number, the fraction with the same sign, the median difference
        pipeline - ours in Angstrom (all positive in emission), the same on a common continuum, which leaves
        only the stellar absorption beneath the line, and the fraction that agrees within three errors.
    """
    rows = []
    for line in LINES:
        part = measured[(measured["line"] == line.name) & measured["textbook"].notna()]
        clear = part.dropna(subset=["pipeline"])
        ours = -clear["textbook"]
        difference = clear["pipeline"] - ours
        errors = np.hypot(clear["error"], clear["pipeline_error"])
        one_continuum = clear["same_continuum"] - ours
        rows.append(
            {
                "line": line.name,
                "thesis_wave": line.thesis,
                "vacuum_wave": line.vacuum,
                "galaxies": len(part),
                "median_code_emission": part["code"].median(),
                "median_textbook_absorption": part["textbook"].median(),
                "compared": len(clear),
                "same_sign": (ours > 0).mean(),
                "same_sign_code": (clear["code"] > 0).mean(),
                "median_pipeline_emission": clear["pipeline"].median(),
                "median_difference": difference.median(),
                "within_3_errors": (difference.abs() < 3 * errors).mean(),
                "median_filled_absorption": one_continuum.median(),
                "scatter_of_filled": (one_continuum - one_continuum.median()).abs().median(),
                "source": source,
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        parts = []
        for path, record in zip(snakemake.input.samples, snakemake.input.provenance, strict=True):
            sample = Spectra.read(path)
            parts.append(summarise(measure(sample, Path(record).parent), sample.source))
        write_table(pd.concat(parts), *snakemake.output)
