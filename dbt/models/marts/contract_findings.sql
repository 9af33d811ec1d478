-- Invoice by invoice the same finding is one: since the first of them.
with inferred as (
    select * from {{ ref('int_inferred_terms') }}
),

periods as (
    select * from {{ ref('int_invoice_periods') }}
),

clock_findings as (
    select * from {{ ref('int_clock_findings') }}
),

findings as (
    select
        inferred.carrier_name,
        case
            when inferred.rate_source is null then 'terms'
            when inferred.rate_source = 'destination' then 'destination'
            else 'rate'
        end as finding,
        inferred.verdict,
        inferred.prefix,
        inferred.since_date,
        inferred.held_terms,
        inferred.inferred_terms,
        inferred.lines_explained,
        inferred.lines_seen,
        inferred.amount,
        inferred.currency
    from inferred
    -- An invoice that is gone, delivered again under another number, proves nothing any more.
    inner join periods
        on inferred.carrier_name = periods.carrier_name
        and inferred.invoice_number = periods.invoice_number
    where inferred.verdict <> 'held'
),

grouped as (
    select
        carrier_name,
        finding,
        verdict,
        prefix,
        min(since_date) as since_date,
        held_terms,
        case when verdict in ('found', 'tie') then inferred_terms end as inferred_terms,
        cast(sum(lines_explained) as bigint) as lines_explained,
        cast(sum(lines_seen) as bigint) as lines_seen,
        cast(sum(amount) as decimal(18, 6)) as amount,
        currency
    from findings
    group by
        carrier_name, finding, verdict, prefix, held_terms,
        case when verdict in ('found', 'tie') then inferred_terms end, currency
)

select
    carrier_name,
    since_date,
    finding,
    verdict,
    prefix,
    held_terms,
    inferred_terms,
    case verdict
        when 'found'
            then concat(
                'billed ', inferred_terms, ' since ', cast(since_date as varchar), ', contract says ', held_terms,
                ': ', {{ plain_amount('amount') }}, ' ', currency
            )
        when 'tie'
            then concat(
                'billed ', inferred_terms, ' since ', cast(since_date as varchar), ', contract says ', held_terms,
                ': the lines do not tell which'
            )
        when 'too_few' then 'lines that the contract does not explain, too few of each rate row to tell by what they are billed'
        else 'lines that the contract does not explain, nor any terms that were tried'
    end as summary,
    lines_explained,
    lines_seen,
    amount,
    currency
from grouped
union all
select
    carrier_name,
    since_date,
    'clock' as finding,
    'found' as verdict,
    cast(null as varchar) as prefix,
    held_terms,
    inferred_terms,
    concat(inferred_terms, ' since ', cast(since_date as varchar), ', contract says ', held_terms) as summary,
    lines_explained,
    lines_seen,
    amount,
    cast(null as varchar) as currency
from clock_findings
