"""Rehearse the published run: every switch of config/published.yaml, tiny, from archives on this machine.

    python3 make.py rehearse [snakemake arguments]

The archives are simulated, and served under the real addresses in the services' own layouts; one file is
missing, one is cut off and one service is down for a while. All lies in the folder rehearsal/, the user's own
downloads and their registry are not touched. Only NutMaat is installed from the network, as in the published
run, unless OBAFGKM_NUTMAAT names the Python of an environment that has it.
"""

import io
import os
import sqlite3
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from astropy.io.votable import from_table
from astropy.io.votable.tree import Info
from astropy.table import Table
from services import Fault, Services

from obafgkm.archives import atlas9
from obafgkm.archives.libraries import LIBRARIES
from obafgkm.archives.names import star_key
from obafgkm.archives.sdss import spectra as sdss
from obafgkm.archives.sdss.photometry import BANDS, OBSERVED
from obafgkm.archives.sdss.sql import answer_of_labels
from obafgkm.download import datasets
from obafgkm.simulate.grids import GridDescription
from obafgkm.simulate.libraries import simulate_library
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.sdss import simulate_survey
from obafgkm.simulate.skyserver import simulate_photometry
from obafgkm.simulate.synthesis import simulate_atlas9

__all__ = ["CONFIG", "play", "rehearse"]

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config" / "rehearsal.yaml"
SEED = 1
# Share of each library that the services hold; JHC's index fits no other number of spectra than all 161.
FRACTIONS = {"jhc": 1.0, "elodie": 0.08, "miles": 0.08, "cflib": 0.04}
# Spectra that the services hold, more than the run takes.
SURVEYS = {"sharma": (13, {"STAR": 40}), "csepreghy": (16, {"GALAXY": 40, "QSO": 30, "STAR": 40})}
HAMMER_RELEASE, HAMMER_COUNTS = 18, dict(O=40, B=40, A=40, F=60, G=80, K=80, M=60)
_CAPABILITIES = """<?xml version="1.0" encoding="UTF-8"?>
<vosi:capabilities xmlns:vosi="http://www.ivoa.net/xml/VOSICapabilities/v1.0"
 xmlns:tr="http://www.ivoa.net/xml/TAPRegExt/v1.0" xmlns:vr="http://www.ivoa.net/xml/VOResource/v1.0"
 xmlns:vs="http://www.ivoa.net/xml/VODataService/v1.1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<capability standardID="ivo://ivoa.net/std/TAP" xsi:type="tr:TableAccess">
<interface role="std" xsi:type="vs:ParamHTTP"><accessURL use="base">https://simbad.cds.unistra.fr/simbad/sim-tap</accessURL></interface>
<language><name>ADQL</name><version ivo-id="ivo://ivoa.net/std/ADQL#v2.0">2.0</version></language>
<outputFormat><mime>application/x-votable+xml</mime><alias>votable</alias></outputFormat>
<uploadMethod ivo-id="ivo://ivoa.net/std/TAPRegExt#upload-inline"/>
<outputLimit><default unit="row">10000</default><hard unit="row">2000000</hard></outputLimit>
<uploadLimit><hard unit="row">200000</hard></uploadLimit>
</capability></vosi:capabilities>
"""
# In one line, as it comes.
_DRIVE_PAGE = (
    "<!DOCTYPE html><html><head><title>Google Drive - Virus scan warning</title></head><body>"
    '<form id="download-form" action="https://drive.usercontent.google.com/download" method="get">'
    '<input type="submit" value="Download anyway"/><input type="hidden" name="id" value="{id}">'
    '<input type="hidden" name="export" value="download"><input type="hidden" name="confirm" value="t">'
    "</form></body></html>"
)
_VOTABLE = {"Content-Type": "application/x-votable+xml"}
_HTML = {"Content-Type": "text/html; charset=utf-8"}


def rehearse(directory, *arguments):
    """Run the workflow from nothing in a directory, with services of its own.

    Parameters
    ----------
    directory : path
    *arguments
        Of Snakemake.

    Returns
    -------
    status : int
        Of Snakemake.
    services : Services
        Tells what was asked for, and which faults were met.
    """
    directory = Path(directory).resolve()
    archives = directory / "archives"
    services = play(archives)
    snakemake = [sys.executable, "-m", "snakemake"]
    settings = ["--directory", directory, "--configfile", CONFIG]  # which takes all names that follow it
    if "OBAFGKM_NUTMAAT" not in os.environ:
        subprocess.run([*snakemake, "nutmaat_environment", *settings], cwd=ROOT, check=True)
    with services:
        environment = {**os.environ, "OBAFGKM_MIRROR": "", **services.environment}
        done = subprocess.run([*snakemake, *arguments, *settings], cwd=ROOT, env=environment)
    return done.returncode, services


def play(archives):
    """The services of all archives, with what they hold: simulated, and laid out in a directory."""
    table = datasets.read(ROOT / "config" / "datasets.csv")
    grid = StellarGrid.load()
    labels = {}
    for library, fraction in FRACTIONS.items():
        spectra = simulate_library(library, SEED, fraction, grid)
        if library == "elodie":  # its running numbers have no gaps
            spectra.labels["file"] = [f"{n:05d}.fits" for n in range(1, len(spectra) + 1)]
            table.loc[table["id"] == "elodie-spectra", "range"] = f"1..{len(spectra)}"
        labels[library] = spectra.labels
        LIBRARIES[library].write(archives / library, spectra)
    table.to_csv(archives / "datasets.csv", index=False)
    drive = {}
    for library in FRACTIONS:
        for file in datasets.expand(table, library).itertuples():
            path = archives / library / file.path
            for url in file.urls if path.is_file() else ():
                if file.method == "https":
                    _serve(path, archives / "www" / url.removeprefix("https://"))
                elif file.method == "gdrive":
                    drive.setdefault(url.rpartition("/")[2], []).append(path)
    _atlas9(archives / "www" / "wwwuser.oats.inaf.it/castelli/grids")
    faults = [
        Fault(r"data\.sdss\.org/sas/dr13/.*/spec-.*\.fits", "missing"),
        Fault(r"cdsarc\.cds\.unistra\.fr/ftp/III/251/ll/.*", "missing"),  # the second address has it
        Fault(r"research\.iac\.es/.*\.tar\.gz", "cut"),
        Fault(r"skyserver\.sdss\.org/.*", "down", times=2),
    ]
    databases = _sdss(archives / "www", grid) | _vizier(labels) | _drive(drive) | _simbad(labels)
    return Services(archives / "www", databases, faults, archives)


def _serve(path, address):
    """Let a file be found at an address."""
    address.parent.mkdir(parents=True, exist_ok=True)
    address.unlink(missing_ok=True)
    address.hardlink_to(path)


def _atlas9(address):
    """ATLAS9's model atmospheres, one file per metallicity; all hold the same few, as nothing is judged."""
    default, own = (
        yaml.safe_load((ROOT / "config" / name).read_text())["model_grids"]["grids"]
        for name in ("config.yaml", CONFIG.name)
    )
    grids = [GridDescription.from_dict({**settings, **own[name]}) for name, settings in default.items()]
    models = simulate_atlas9({teff: (0, 2.5, 5) for grid in grids for teff in grid.teff}, 0.0)
    for feh in {feh for grid in grids for feh in grid.feh}:
        atlas9.write(address / atlas9.file_name(feh), models)


def _sdss(www, grid):
    """SAS's files, and SkyServer, which has a database for each release."""
    databases = {}
    for sample, (release, counts) in SURVEYS.items():
        spectra, lines = simulate_survey(sample, counts, SEED, grid)
        run2d = spectra.labels["run2d"].iloc[0]
        sdss.write(www / f"data.sdss.org/sas/dr{release}/sdss/spectro/redux/{run2d}", spectra, lines)
        databases[release] = _survey_tables(answer_of_labels(spectra.labels))
    photometry = simulate_photometry(HAMMER_COUNTS, 1, grid, np.random.default_rng(SEED))
    databases[HAMMER_RELEASE] = _photometry_tables(photometry)
    return {
        f"skyserver.sdss.org/dr{release}/en/tools/search/x_results.aspx": partial(_ask, _Database(tables))
        for release, tables in databases.items()
    }


def _survey_tables(catalogue):
    """SkyServer's tables with the rows of a catalogue, and one row that no sample wants."""
    photometry = [name for name in catalogue if name.startswith("petro")]
    spectra = catalogue.drop(columns=photometry).rename(columns={"objid": "bestObjID"})
    spectra = spectra.assign(waveMin=3800.0, waveMax=np.where(spectra["run2d"] == "26", 9200.0, 10300.0))
    spectra.loc[len(spectra)] = {**spectra.iloc[0], "specObjID": "1", "zWarning": 4}
    return {"SpecObj": spectra, "SpecObjAll": spectra, "SpecPhotoAll": catalogue[["specObjID", *photometry]]}


def _photometry_tables(rows):
    """SkyServer's tables with the rows of the photometric query."""
    magnitudes = rows.rename(columns={"z": "redshift", "z1": "z", "bestObjID": "objID"})
    columns = ["objID", *BANDS, *(f"dered_{band}" for band in BANDS)]
    spectra = rows.drop(columns=[*OBSERVED, *columns[6:]]).assign(**{"class": "STAR"})
    spectra["plate"] = 266 + np.arange(len(rows)) // 50
    return {"SpecObj": spectra, "PhotoObj": magnitudes[columns].drop_duplicates("objID")}


class _Database:
    """Tables that take SQL."""

    def __init__(self, tables):
        self.connection, self.lock = sqlite3.connect(":memory:", check_same_thread=False), threading.Lock()
        for name, table in tables.items():
            table.to_sql(name, self.connection, index=False)

    def __call__(self, sql):
        with self.lock:
            return pd.read_sql(sql, self.connection)


def _ask(database, request):
    """SkyServer's answer to SQL, as CSV."""
    text = "#Table1\n" + database(request.query["cmd"]).to_csv(index=False)
    return {"Content-Type": "text/plain; charset=utf-8"}, text.encode()


def _vizier(labels):
    """VizieR's tables, from both of its addresses."""
    jhc, elodie, cflib = labels["jhc"], labels["elodie"], labels["cflib"]
    types = jhc["type_text"].str.extract(r"^(?P<SpT>.*?)(?P<Lum>I{1,3}|IV|V|)$")
    parameters = {"Teff": "teff", "logg": "logg", "[Fe/H]": "feh"}
    tables = {
        "III/92/stars": pd.concat([jhc["name"].rename("Name"), types], axis=1),
        "III/251/table1": elodie[["name", *parameters.values()]].set_axis(["Name", *parameters], axis=1),
        "J/A+A/525/A71/table2": cflib[["star", "teff", "logg", "feh"]].set_axis(
            ["Name", "Teff", "log(g)", "[Fe/H]"], axis=1
        ),
    }

    def answer(request):
        source = dict(line.partition("=")[::2] for line in request.body.splitlines())["-source"]
        return _VOTABLE, _votable(tables[source])

    return dict.fromkeys(
        (f"vizier.{host}/viz-bin/votable" for host in ("cds.unistra.fr", "cfa.harvard.edu")), answer
    )


def _votable(table):
    """A table as the services of the Virtual Observatory send it."""
    answer = from_table(Table.from_pandas(table))
    answer.resources[0].type = "results"
    answer.resources[0].infos.append(Info(name="QUERY_STATUS", value="OK"))
    content = io.BytesIO()
    answer.to_xml(content)
    return content.getvalue()


def _drive(folders):
    """Google Drive: the page of a folder, the page that warns of a large file, and the file itself."""
    files = {f"{folder}-{n:02d}": path for folder, paths in folders.items() for n, path in enumerate(paths)}

    def folder(request):
        links = "".join(
            f'<div class="flip-entry"><a href="https://drive.google.com/file/d/{id}/view?usp=drive_web">'
            f'<div class="flip-entry-title">{path.name}</div></a></div>'
            for id, path in files.items()
            if id.startswith(request.query["id"])
        )
        return (
            _HTML,
            f"<!DOCTYPE html><html><head><title>CFLIB</title></head><body>{links}</body></html>".encode(),
        )

    def warning(request):
        return _HTML, _DRIVE_PAGE.format(id=request.query["id"]).encode()

    def file(request):
        path = files[request.query["id"]]
        headers = {"Content-Type": "application/octet-stream"}
        return headers | {"Content-Disposition": f'attachment; filename="{path.name}"'}, path.read_bytes()

    return {
        "drive.google.com/embeddedfolderview": folder,
        "drive.google.com/uc": warning,
        "drive.usercontent.google.com/download": file,
    }


def _simbad(labels):
    """SIMBAD's TAP service: the stars of the libraries, each with a second name."""
    stars = pd.concat(labels.values(), ignore_index=True)
    stars["id"] = [star_key(name) for name in stars["name"]]
    stars = stars.drop_duplicates("id").reset_index(drop=True)
    number = stars.index.astype(str)
    basic = pd.DataFrame({"oid": stars.index, "main_id": stars["id"], "sp_type": stars["type_text"]})
    ids = pd.DataFrame({"oidref": stars.index, "ids": stars["id"] + "|TYC 9999-" + number + "-1"})
    published = pd.DataFrame({"oidref": stars.index, "sptype": stars["type_text"], "mespos": 1})
    tables = {"basic": basic, "ids": ids, "mesSpT": published}
    tables["ident"] = stars[["id"]].assign(oidref=stars.index)

    def capabilities(request):
        return {"Content-Type": "application/xml"}, _CAPABILITIES.encode()

    def sync(request):
        name, _, part = request.form["UPLOAD"].decode().partition(",param:")
        uploaded = Table.read(io.BytesIO(request.form[part]), format="votable").to_pandas()
        query = request.form["QUERY"].decode().replace("TAP_UPLOAD.", "")
        return _VOTABLE, _votable(_Database(tables | {name: uploaded})(query))

    service = "simbad.cds.unistra.fr/simbad/sim-tap"
    return {f"{service}/capabilities": capabilities, f"{service}/sync": sync}


if __name__ == "__main__":
    status, services = rehearse(ROOT / "rehearsal", *sys.argv[1:])
    for fault in services.faults:
        print(f"{fault.kind}: {', '.join(dict.fromkeys(fault.met)) or 'nothing'}")
    if services.strayed:
        status = status or 1
        print("Asked for, and played by nobody:", *sorted(set(services.strayed)), sep="\n  ")
    sys.exit(status)
