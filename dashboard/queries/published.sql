-- One row: what the published file is, and the days that have figures.
select stamp, published_at_utc, first_day, last_day from cpm_meta
