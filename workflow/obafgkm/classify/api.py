"""The command's Python functions."""

import os

__all__ = ["classify", "classify_files"]


def classify_files(files, *, medium=None, jobs=1, model=None, plot=None, standards=None):
    """Classify the spectra of files.

    Parameters
    ----------
    files : path or sequence of path
        See `obafgkm.classify.reading.read_file`.
    medium : {'air', 'vacuum'}, optional
        Medium of the wavelengths, overriding the files.
    jobs : int
        Processes.
    model : path, optional
        Folder of the model; the released one by default.
    plot : path, optional
        Folder for one page per spectrum.
    standards : path, optional
        Spectra to compare with on the page, see `obafgkm.classify.standards.load_standards`.

    Returns
    -------
    DataFrame
        One row per spectrum, and one per file that cannot be read, which has the flag ``unreadable`` and the
        reason in the column ``problem``; the columns are described by `obafgkm.classify.answers.COLUMNS`.

    Raises
    ------
    TypeError
        If `files` are no paths.
    ValueError
        If `medium` is neither of the two.
    """
    from obafgkm.classify.reading.medium import refuse_unknown
    from obafgkm.classify.streaming import stream

    refuse_unknown(medium)
    is_one = files is None or isinstance(files, str | bytes | os.PathLike)
    files = [os.fsdecode(file) for file in ([files] if is_one else files)]
    rows = stream(files, medium=medium, jobs=jobs, model=model, plot=plot, standards=standards)
    return _table(rows)


def classify(wave, flux=None, ivar=None, *, medium=None, model=None):
    """Classify spectra in memory.

    Parameters
    ----------
    wave : array or Quantity (n_pix,) or (n_spec, n_pix), or a specutils object
        Wavelengths, in Angstrom unless they have a unit; or a ``Spectrum``, ``SpectrumList``,
        ``SpectrumCollection`` or list of spectra, without the other two arguments.
    flux, ivar : array, masked array or Quantity (n_pix,) or (n_spec, n_pix)
        Flux, per unit wavelength or normalised unless it has a unit, NaN or masked where missing; its inverse
        variance, which is optional.
    medium : {'air', 'vacuum'}, optional
        Medium of the wavelengths; air by default.
    model : path, optional

    Returns
    -------
    DataFrame
        As from `classify_files`, with an empty column ``file`` and running numbers as the names of arrays.

    Raises
    ------
    ArchiveFileError
        If wavelengths, flux and inverse variance differ in length or have units of other quantities.
    ValueError
        If `medium` is neither of the two.
    """
    from obafgkm.classify.reading.arrays import spectra_of_arrays
    from obafgkm.classify.reading.medium import refuse_unknown
    from obafgkm.classify.rows import classify_entries, load_model

    refuse_unknown(medium)
    spectra = spectra_of_arrays(wave, flux, ivar)
    for spectrum in spectra:
        spectrum.medium = medium or spectrum.medium
    entries = ((None, "", spectrum) for spectrum in spectra)
    return _table(row for _, _, row, *_ in classify_entries(load_model(model), entries))


def _table(rows):
    import pandas as pd

    from obafgkm.classify.answers import COLUMNS

    return pd.DataFrame(rows, columns=list(COLUMNS))
