-- One row per restated day and version × currency, of what may be seen: what came after the day was closed.
select versions.usage_date, versions.version, versions.known_from_utc, versions.reason, sums.currency, sums.legs_delta,
    sums.total_cost_delta
from day_versions as versions
left join (
    select usage_date, version, currency, sum(legs_delta) as legs_delta, sum(total_cost_delta) as total_cost_delta
    from restatements
    group by all
) as sums using (usage_date, version)
where versions.version > 1
order by versions.usage_date desc, versions.version desc, sums.currency
limit $most
