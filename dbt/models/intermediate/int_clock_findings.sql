-- Contracts whose zone the invoices contradict, as contract findings are published: no money hangs on it, since the
-- lines are placed by the clock that was told.
with clocks as (
    select * from {{ ref('int_invoice_clocks') }}
),

copies as (
    select distinct carrier_folder, source_file_sha256 from {{ ref('int_invoice_copies') }}
),

terms as (
    select * from {{ ref('int_invoice_terms') }}
)

select
    clocks.carrier_name,
    min(clocks.first_date) as since_date,
    max(clocks.last_date) as last_date,
    concat('times in ', terms.stated_timezone) as held_terms,
    concat('times in ', clocks.told_zone) as inferred_terms,
    cast(sum(clocks.lines_explained) as bigint) as lines_explained,
    cast(sum(clocks.lines_seen) as bigint) as lines_seen,
    cast(null as decimal(18, 6)) as amount
from clocks
inner join copies
    on clocks.carrier_folder = copies.carrier_folder
    and clocks.source_file_sha256 = copies.source_file_sha256
inner join terms
    on clocks.carrier_name = terms.carrier_name
    and clocks.first_date >= terms.from_date
    and clocks.first_date < terms.to_date
where clocks.told_zone is not null
group by clocks.carrier_name, terms.stated_timezone, clocks.told_zone
