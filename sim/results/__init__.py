"""Results of runs: one xarray Dataset, as a netCDF file or a store of many runs."""
