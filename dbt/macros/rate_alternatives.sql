{# A query: what else a carrier's card says for the numbers of its rows. `relation` has carrier_name, prefix, valid_from
   and valid_to, once a row of the card; the answer has for each the rows of shorter prefixes that are in force some
   time with it (source `destination`), and its own prefix at other times (source `window`), where the rate is another
   one. `other_rank` is the order in which they are tried: longer prefixes first, later windows first. #}
{% macro rate_alternatives(relation) -%}
    with heads as (
        select
            row_of.carrier_name,
            row_of.prefix,
            row_of.valid_from,
            row_of.valid_to,
            left(row_of.prefix, lengths.prefix_length) as other_prefix
        from {{ relation }} as row_of
        cross join (values {% for n in range(1, 16) %}({{ n }}){{ ', ' if not loop.last }}{% endfor %})
            as lengths(prefix_length)
        where lengths.prefix_length <= length(row_of.prefix)
    ),

    own as (
        select carrier_name, prefix, valid_from, rate_per_minute from {{ ref('rate_card_dimension') }}
    ),

    others as (
        select
            heads.carrier_name,
            heads.prefix,
            heads.valid_from,
            case when heads.other_prefix = heads.prefix then 'window' else 'destination' end as source,
            other.prefix as other_prefix,
            other.valid_from as other_valid_from,
            other.valid_to as other_valid_to,
            cast({{ to_units('other.rate_per_minute', 8) }} as bigint) as rate_e8
        from heads
        inner join {{ ref('rate_card_dimension') }} as other
            on heads.carrier_name = other.carrier_name
            and heads.other_prefix = other.prefix
        inner join own
            on heads.carrier_name = own.carrier_name
            and heads.prefix = own.prefix
            and heads.valid_from = own.valid_from
        where other.rate_per_minute <> own.rate_per_minute
            and case
                when heads.other_prefix = heads.prefix then other.valid_from <> heads.valid_from
                else other.valid_from < coalesce(heads.valid_to, date '9999-12-31')
                    and heads.valid_from < coalesce(other.valid_to, date '9999-12-31')
            end
    )

    select
        others.*,
        row_number() over (
            partition by carrier_name, prefix, valid_from
            order by source, length(other_prefix) desc, other_valid_from desc
        ) as other_rank
    from others
{%- endmacro %}
