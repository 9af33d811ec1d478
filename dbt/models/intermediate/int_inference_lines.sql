-- An invoice is read for this when it arrives, when a file with lines of it arrives again, and when other cards or
-- contracts hold for its days: not every day. From the lines alone: whether our legs match them changes nothing here.
with sums as (
    select * from {{ ref('int_invoice_sums') }}
),

folders as (
    select * from {{ ref('int_invoice_folders') }}
),

cards as (
    select * from {{ ref('rate_card_dimension') }}
),

contracts as (
    select * from {{ ref('carrier_contract_terms') }}
),

known as (
    select invoice_key
    from {{ earlier_rows('int_inferred_terms', {'invoice_key': 'varchar'}) }}
),

invoices as (
    select
        carrier_name,
        invoice_number,
        files_key,
        min(cast(least(first_start_local, first_start_utc) as date)) - 1 as first_date,
        max(cast(greatest(last_start_local, last_start_utc) as date)) + 1 as last_date
    from sums
    group by carrier_name, invoice_number, files_key
),

card_files as (
    select distinct carrier_name, source_file_sha256, valid_from, valid_to from cards
    union
    select distinct carrier_name, source_file_sha256, valid_from, valid_to from contracts
),

files_of_invoices as (
    select distinct
        invoices.carrier_name,
        invoices.invoice_number,
        card_files.source_file_sha256
    from invoices
    inner join card_files
        on invoices.carrier_name = card_files.carrier_name
        and card_files.valid_from <= invoices.last_date
        and invoices.first_date < coalesce(card_files.valid_to, date '9999-12-31')
),

keyed_invoices as (
    select
        invoices.carrier_name,
        invoices.invoice_number,
        {{ sha256_hex("concat(invoices.carrier_name, ' ', invoices.invoice_number, ' ', invoices.files_key, ' ', "
            ~ dbt.listagg('files_of_invoices.source_file_sha256', "' '",
                'order by files_of_invoices.source_file_sha256') ~ ")") }} as invoice_key
    from invoices
    inner join files_of_invoices
        on invoices.carrier_name = files_of_invoices.carrier_name
        and invoices.invoice_number = files_of_invoices.invoice_number
    group by invoices.carrier_name, invoices.invoice_number, invoices.files_key
),

new_invoices as (
    select * from keyed_invoices
    where invoice_key not in (select invoice_key from known)
),

lines as (
    select stg_lines.*
    from {{ ref('stg_invoices__lines') }} as stg_lines
    inner join folders on stg_lines.carrier_folder = folders.invoice_folder
    inner join new_invoices
        on folders.carrier_name = new_invoices.carrier_name
        and stg_lines.invoice_number = new_invoices.invoice_number
),

placed_lines as (
    {{ place_invoice_lines('lines') }}
),

lines_that_count as (
    {{ lines_as_last_delivered('placed_lines') }}
),

calls as (
    select
        *,
        cast(first_start_utc as date) as priced_on
    from lines_that_count
    where reject_reason is null
        and coalesce(line_kind, 'call') = 'call'
        and charge_amount >= 0
        and duration_seconds between 1 and 604800
        and destination_digits is not null
),

longest as (
    select carrier_name, max(length(prefix)) as prefix_length
    from cards
    group by carrier_name
),

readings as (
    {{ number_readings('calls') }}
),

read_lines as (
    select
        readings.*,
        left(readings.number_digits, longest.prefix_length) as number_head
    from readings
    inner join longest on readings.carrier_name = longest.carrier_name
),

numbers as (
    select distinct carrier_name, priced_on, number_head from read_lines
),

heads as (
    select
        numbers.carrier_name,
        numbers.priced_on,
        numbers.number_head,
        left(numbers.number_head, lengths.prefix_length) as prefix
    from numbers
    cross join (values {% for n in range(1, 16) %}({{ n }}){{ ', ' if not loop.last }}{% endfor %})
        as lengths(prefix_length)
    where lengths.prefix_length <= length(numbers.number_head)
),

priced_heads as (
    select
        heads.carrier_name,
        heads.priced_on,
        heads.number_head,
        max(length(cards.prefix)) as prefix_length
    from heads
    inner join cards
        on heads.carrier_name = cards.carrier_name
        and heads.prefix = cards.prefix
        and {{ holds('cards', 'heads.priced_on') }}
    group by heads.carrier_name, heads.priced_on, heads.number_head
),

priced_readings as (
    select
        read_lines.*,
        left(read_lines.number_head, priced_heads.prefix_length) as prefix,
        count(*) over (
            partition by read_lines.carrier_name, read_lines.invoice_number, read_lines.line_number
        ) as priced_readings
    from read_lines
    inner join priced_heads
        on read_lines.carrier_name = priced_heads.carrier_name
        and read_lines.priced_on = priced_heads.priced_on
        and read_lines.number_head = priced_heads.number_head
),

-- A number that can be read in two ways, each with a price, is no evidence.
priced_calls as (
    select * from priced_readings where priced_readings = 1
),

with_terms as (
    select
        new_invoices.invoice_key,
        calls.carrier_name,
        calls.invoice_number,
        calls.line_number,
        calls.start_date as written_date,
        cards.prefix,
        cards.valid_from,
        cards.valid_to,
        cast({{ to_units('cards.rate_per_minute', 8) }} as bigint) as rate_e8,
        cast({{ taken_as_pair(
            'cards.initial_increment_seconds', 'cards.initial_increment_seconds',
            'contracts.initial_increment_seconds', 'contracts.initial_increment_seconds'
        ) }} as bigint) as initial,
        cast({{ taken_as_pair(
            'cards.initial_increment_seconds', 'cards.increment_seconds',
            'contracts.initial_increment_seconds', 'contracts.increment_seconds'
        ) }} as bigint) as step,
        coalesce(contracts.increment_rule, 'relative') as increment_rule,
        cast(coalesce(cards.minimum_seconds, contracts.minimum_seconds, 0) as bigint) as minimum,
        cast({{ to_units('coalesce(cards.connection_fee, contracts.connection_fee, 0)', 6) }} as bigint) as fee_e6,
        coalesce(contracts.rounding_mode, 'half_up') as rounding_mode,
        cast(coalesce(contracts.rounding_decimals, 6) as integer) as rounding_decimals,
        coalesce(cards.currency, contracts.currency, 'USD') as currency,
        calls.duration_seconds,
        {{ stated_seconds('calls.billed_minutes') }} as stated_seconds,
        {{ usable_rate_e8('calls.stated_rate') }} as stated_rate_e8,
        cast({{ to_units('calls.charge_amount', 6) }} as bigint) as charge_e6
    from priced_calls as calls
    inner join cards
        on calls.carrier_name = cards.carrier_name
        and calls.prefix = cards.prefix
        and {{ holds('cards', 'calls.priced_on') }}
    inner join new_invoices
        on calls.carrier_name = new_invoices.carrier_name
        and calls.invoice_number = new_invoices.invoice_number
    left join contracts
        on calls.carrier_name = contracts.carrier_name
        and {{ holds('contracts', 'calls.priced_on') }}
    where coalesce(calls.currency, cards.currency, contracts.currency, 'USD')
        = coalesce(cards.currency, contracts.currency, 'USD')
),

with_seconds as (
    select
        *,
        {{ billed_seconds('duration_seconds', 'initial', 'step', 'increment_rule', 'minimum') }} as held_seconds
    from with_terms
),

with_charge as (
    select
        *,
        {{ charge_e6('held_seconds', 'rate_e8', 'fee_e6', 'rounding_mode', 'rounding_decimals') }} as held_charge_e6
    from with_seconds
)

select
    invoice_key,
    carrier_name,
    invoice_number,
    line_number,
    written_date,
    prefix,
    valid_from,
    valid_to,
    {{ terms_key('with_charge') }} as held_key,
    currency,
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
    charge_e6,
    held_charge_e6,
    charge_e6 = held_charge_e6 and coalesce(stated_seconds = held_seconds, true) as is_held
from with_charge
