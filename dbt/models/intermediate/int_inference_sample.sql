-- The lines that Python sees: at most 300 a rate row, spread over its days, and 20,000 an invoice, spread over its rows;
-- chosen by a hash, so that the same invoice gives the same ones. An invoice that the held terms explain whole is not
-- looked into.
with lines as (
    select * from {{ ref('int_inference_lines') }}
),

invoices_in_question as (
    select distinct invoice_key from lines where not is_held
),

ranked_in_day as (
    select
        lines.*,
        {{ sha256_hex("lines.line_number") }} as line_hash,
        row_number() over (
            partition by lines.invoice_key, lines.prefix, lines.valid_from, lines.held_key, lines.written_date
            order by {{ sha256_hex("lines.line_number") }}
        ) as rank_in_day
    from lines
    inner join invoices_in_question on lines.invoice_key = invoices_in_question.invoice_key
),

ranked_in_row as (
    select
        *,
        row_number() over (
            partition by invoice_key, prefix, valid_from, held_key order by rank_in_day, line_hash
        ) as rank_in_row
    from ranked_in_day
),

ranked as (
    select
        *,
        row_number() over (partition by invoice_key order by rank_in_row, line_hash) as rank_in_invoice
    from ranked_in_row
    where rank_in_row <= 300
)

select
    invoice_key,
    carrier_name,
    invoice_number,
    held_key,
    prefix,
    valid_from,
    valid_to,
    written_date,
    line_number,
    rate_e8,
    initial,
    step,
    increment_rule,
    minimum,
    fee_e6,
    rounding_mode,
    rounding_decimals,
    duration_seconds,
    stated_seconds,
    stated_rate_e8,
    charge_e6
from ranked
where rank_in_invoice <= 20000
