"""Find or fetch the files of one chunk of a catalogue."""

from pathlib import Path

from obafgkm.survey.fetching import fetch_chunk
from obafgkm.survey.plan import read_planned, write_chunk
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake, show_progress=True):
        params, output = snakemake.params, Path(snakemake.output[0])
        entries = fetch_chunk(
            read_planned(snakemake.input.plan),
            output.parents[1] / "downloads" / snakemake.wildcards.chunk / "sdss",
            mirror=params.mirror or None,
            release=params.release,
            server=params.server,
            jobs=snakemake.threads,
            offline=params.offline,
        )
        write_chunk(output, entries)
        print(f"{len(entries)} entries, {sum('problem' in entry for entry in entries)} without a file")
