"""SDSS spectra that a mirror holds in bundles, ``<name>/<name>.npz``, and why none of them is used.

``star_spectra`` has flux of 1,102 stars of both spectrographs under the names of their files. These are not
observations: the curves have no noise, and agree with those of stars on other plates to a few parts in ten
thousand of their flux, up to a scale and a cubic polynomial. They are the pipeline's fits, a template times a
constant plus a polynomial, so that a dozen templates represent all stars, and the label of a star is the name
of its template. ``m67_giants`` has 32 giants of M67 with errors, without names and without the pipeline's
class.
"""

from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["BUNDLES", "bundled"]

# Step at which the spectra of each bundle drop out, and why.
BUNDLES = {
    "star_spectra": ("no observation", "the pipeline's best fit, a template and a polynomial, without noise"),
    "m67_giants": ("not classified", "neither a name nor the pipeline's class"),
}


def bundled(directory):
    """Contents of the bundles below a directory.

    Parameters
    ----------
    directory : path-like
        The mirror's folder of SDSS.

    Returns
    -------
    DataFrame
        One row per spectrum: columns library, file, name, class, step, reason; empty if there is none.
    """
    parts = []
    for bundle, (step, reason) in BUNDLES.items():
        path = Path(directory, bundle, f"{bundle}.npz")
        if not path.is_file():
            continue
        with np.load(path) as arrays:
            names = arrays["name"] if "name" in arrays else [str(i) for i in range(len(arrays["flux"]))]
        parts.append(pd.DataFrame({"file": path.name, "name": names}).assign(step=step, reason=reason))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["file", "name"])
    return table.assign(library="sdss", **{"class": "STAR"}).reindex(
        columns=["library", "file", "name", "class", "step", "reason"]
    )
