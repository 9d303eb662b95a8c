"""Operations on spectra: wavelengths, resolution, continua, extinction, lines."""
