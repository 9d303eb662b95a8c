"""Tables of CDS/VizieR, written in the form that the archives' readers expect."""

from urllib.parse import unquote, urlsplit

import pandas as pd

from obafgkm.errors import FetchError

__all__ = ["cflib_parameters", "elodie_table", "jhc_index", "save_table"]

_JHC_STARS = 161


def save_table(url, path, timeout):
    """Request a whole table from VizieR and write it as CSV in the layout of the file that it replaces.

    Parameters
    ----------
    url : str
        ``https://<server>/viz-bin/VizieR?-source=<table>``, with a table of `LAYOUTS`.
    path : path-like
    timeout : float
        Longest wait for the service, s.

    Raises
    ------
    FetchError
        If the service has no such table, or it lacks expected rows or columns.
    ConnectionError, TimeoutError
        If the service does not answer in time, or its answer is cut off.
    """
    # Takes a second to import, which only the rare job that queries VizieR should pay.
    from astroquery import cache_conf
    from astroquery.exceptions import TableParseError
    from astroquery.exceptions import TimeoutError as ServiceTimeout
    from astroquery.vizier import Vizier

    address = urlsplit(url)
    source = unquote(address.query).partition("-source=")[2]  # a plus sign is literal: J/A+A
    service = Vizier(columns=["**"], row_limit=-1, vizier_server=address.netloc, timeout=timeout)
    try:
        # A truncated answer in the cache would be returned again on the next attempt.
        with cache_conf.set_temp("cache_active", False):
            tables = service.get_catalogs(source)
    except ServiceTimeout as error:
        raise TimeoutError(str(error)) from error
    except TableParseError as error:
        raise ConnectionError(f"the answer of {address.netloc} is no whole table") from error
    if not tables:
        raise FetchError(f"{address.netloc} sent no table '{source}'")
    try:
        layout = LAYOUTS[source](_texts(tables[0]))
    except KeyError as error:
        raise FetchError(f"VizieR's table '{source}' has no column {error}") from error
    layout.to_csv(path, index=False)


def _texts(table):
    """An astropy table as a DataFrame of stripped text, '' where a value is missing."""
    return pd.DataFrame(
        {
            name: ["" if str(value) in ("--", "nan") else str(value).strip() for value in table[name]]
            for name in table.colnames
        }
    )


def jhc_index(stars):
    """Index of the JHC spectra, from III/92/stars: its row N describes the file ``jc_N.fits``.

    Parameters
    ----------
    stars : DataFrame
        Text columns Name, SpT, Lum; 161 rows in the order of the catalogue.

    Returns
    -------
    DataFrame
        Columns number, file, name, spectral_type, luminosity_class.

    Raises
    ------
    FetchError
        If the table does not have 161 rows, because rows and files would then not match.
    """
    if len(stars) != _JHC_STARS:
        raise FetchError(f"VizieR's table 'III/92/stars' has {len(stars)} rows, not {_JHC_STARS}")
    number = range(1, _JHC_STARS + 1)
    return pd.DataFrame(
        {
            "number": number,
            "file": [f"jc_{n}.fits" for n in number],
            "name": stars["Name"],
            "spectral_type": stars["SpT"],
            "luminosity_class": stars["Lum"],
        }
    )


def elodie_table(spectra):
    """Names and parameters of the ELODIE spectra, from III/251/table1.

    The catalogue is not known to give spectral types: if it has no column SpType, ``sp_type`` stays empty,
    and the types are those of the file headers.

    Parameters
    ----------
    spectra : DataFrame
        Text columns Name, Teff, logg, [Fe/H]; one row per spectrum.

    Returns
    -------
    DataFrame
        Columns name, teff (K), logg (log cm/s2), feh (dex), sp_type.
    """
    columns = {"Name": "name", "Teff": "teff", "logg": "logg", "[Fe/H]": "feh"}
    return spectra[list(columns)].rename(columns=columns).assign(sp_type=spectra.get("SpType", ""))


def cflib_parameters(stars):
    """Atmospheric parameters of the CFLIB stars by Wu et al. 2011, A&A 525, A71, from J/A+A/525/A71/table2.

    Parameters
    ----------
    stars : DataFrame
        Text columns Name, Teff, log(g), [Fe/H]; one row per star.

    Returns
    -------
    DataFrame
        Columns name, teff (K), logg (log cm/s2), feh (dex).
    """
    columns = {"Name": "name", "Teff": "teff", "log(g)": "logg", "[Fe/H]": "feh"}
    return stars[list(columns)].rename(columns=columns)


LAYOUTS = {
    "III/92/stars": jhc_index,
    "III/251/table1": elodie_table,
    "J/A+A/525/A71/table2": cflib_parameters,
}
