"""Read one library from its archive files, rejecting unreadable ones with a reason."""

import json
from pathlib import Path

from obafgkm.download.damage import check_dataset
from obafgkm.ingest.libraries import ingest
from obafgkm.workflow.job import job


def ingest_library(library, provenance, ask_simbad, spectra_path, rejected_path):
    """Ingest the files in the folder of `provenance` into one HDF5 file and a table of rejections."""
    check_dataset(Path(provenance).parent)
    look_up = None
    if ask_simbad:
        from obafgkm.archives.simbad import cross_identify as look_up
    spectra, rejected = ingest(library, Path(provenance).parent, look_up)
    spectra.provenance["source"] = json.loads(Path(provenance).read_text())["source"]
    spectra.labels["source"] = spectra.provenance["source"]
    spectra.write(spectra_path)
    rejected.to_csv(rejected_path, index=False)
    print(f"{library}: {len(spectra)} spectra, {len(rejected)} rejected")


if __name__ == "__main__":
    with job(snakemake):
        ingest_library(
            snakemake.wildcards.library,
            snakemake.input.provenance,
            snakemake.params.simbad,
            *snakemake.output,
        )
