"""What a run leaves: one xarray Dataset, as a netCDF file or a store of many runs."""
