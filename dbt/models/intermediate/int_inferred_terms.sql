{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key=['carrier_name', 'invoice_number']
) }}
-- What was found in the sample is counted here on every line. An invoice without a finding is one row, too (verdict
-- `held`): it was looked into.
with lines as (
    select * from {{ ref('int_inference_lines') }}
),

findings as (
    select
        *,
        row_number() over (
            partition by invoice_key
            order by held_key, verdict, prefix nulls first, valid_from, since_date, inferred_terms
        ) as finding_number
    from {{ ref('int_inferences') }}
),

lines_concerned as (
    select
        findings.*,
        lines.line_number,
        lines.currency,
        lines.charge_e6,
        lines.held_charge_e6,
        lines.stated_seconds,
        case findings.rate_source
            when 'stated' then lines.stated_rate_e8
            else coalesce(findings.rate_e8, lines.rate_e8)
        end as carrier_rate_e8,
        {{ billed_seconds(
            'lines.duration_seconds', 'findings.initial', 'findings.step', 'findings.increment_rule',
            'findings.minimum'
        ) }} as carrier_seconds
    from findings
    inner join lines
        on findings.invoice_key = lines.invoice_key
        and findings.held_key = lines.held_key
        and coalesce(findings.prefix, lines.prefix) = lines.prefix
        and coalesce(findings.valid_from, lines.valid_from) = lines.valid_from
        and findings.since_date <= lines.written_date
),

judged_lines as (
    select
        *,
        coalesce(
            verdict in ('found', 'tie')
            and charge_e6 = {{ charge_under_terms_e6('carrier_seconds', 'carrier_rate_e8', 'lines_concerned') }}
            and coalesce(stated_seconds = carrier_seconds, true),
            false
        ) as is_explained
    from lines_concerned
),

-- A line that two findings explain is in the amount of one, so that amounts can be added: what holds for all rows of the
-- card before what holds for one.
told_lines as (
    select
        *,
        is_explained and row_number() over (
            partition by invoice_key, line_number, is_explained
            order by verdict, prefix nulls first, finding_number
        ) = 1 as is_counted
    from judged_lines
),

counted as (
    select
        invoice_key,
        finding_number,
        min(currency) as currency,
        count(*) as lines_seen,
        count(*) filter (where is_explained) as lines_explained,
        cast(coalesce(sum(charge_e6 - held_charge_e6) filter (where is_counted), 0) as bigint) as amount_e6
    from told_lines
    group by invoice_key, finding_number
),

invoices as (
    select
        invoice_key,
        carrier_name,
        invoice_number,
        min(written_date) as since_date,
        count(*) as lines_seen,
        count(*) filter (where is_held) as lines_explained
    from lines
    group by invoice_key, carrier_name, invoice_number
)

select
    findings.invoice_key,
    findings.carrier_name,
    findings.invoice_number,
    findings.verdict,
    findings.held_key,
    findings.prefix,
    findings.valid_from,
    findings.since_date,
    findings.held_terms,
    findings.inferred_terms,
    findings.rate_source,
    findings.rate_e8,
    findings.initial,
    findings.step,
    findings.increment_rule,
    findings.minimum,
    findings.fee_e6,
    findings.rounding_mode,
    findings.rounding_decimals,
    findings.rounding_scope,
    counted.lines_seen,
    counted.lines_explained,
    case when findings.verdict in ('found', 'tie') then {{ from_units('counted.amount_e6', 6) }} end as amount,
    counted.currency
from findings
inner join counted
    on findings.invoice_key = counted.invoice_key
    and findings.finding_number = counted.finding_number
union all
select
    invoice_key,
    carrier_name,
    invoice_number,
    'held' as verdict,
    null as held_key,
    null as prefix,
    null as valid_from,
    since_date,
    null as held_terms,
    null as inferred_terms,
    null as rate_source,
    null as rate_e8,
    null as initial,
    null as step,
    null as increment_rule,
    null as minimum,
    null as fee_e6,
    null as rounding_mode,
    null as rounding_decimals,
    null as rounding_scope,
    lines_seen,
    lines_explained,
    null as amount,
    null as currency
from invoices
