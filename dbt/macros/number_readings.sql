{# A query: the rows of `relation` with every number its called number can be, as `number_digits`. Ten digits may be
   a North American number without its country code, which invoices leave out as they please (D19); any number is first
   of all what it says. #}
{% macro number_readings(relation) -%}
    select
        *,
        destination_digits as number_digits
    from {{ relation }}
    where destination_digits is not null
    union all
    select
        *,
        concat('1', destination_digits) as number_digits
    from {{ relation }}
    where length(destination_digits) = 10
        and left(destination_digits, 1) between '2' and '9'
{%- endmacro %}
