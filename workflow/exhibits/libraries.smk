# Exhibits of stellar libraries; the form of a row: workflow/rules/documents.smk.

EXHIBITS["libraries"] = {
    "fig_spectra": dict(
        about="an O, an A, a G and an M star of each library",
        inputs=expand("resources/homogenised/{library}.h5", library=LIBRARIES),
        params=dict(libraries=list(LIBRARIES), mirror=MIRROR),
        labels="Spectra",
    )
}
