{# Validity windows are half-open [valid_from, valid_to), dates meaning 00:00 UTC; an open end is NULL (D2). Two plain
   comparisons, because an OR makes DuckDB join row by row: minutes instead of a second for a million legs. #}
{% macro holds(window, day) -%}
    {{ window }}.valid_from <= {{ day }} and {{ day }} < coalesce({{ window }}.valid_to, date '9999-12-31')
{%- endmacro %}

{# The delivered row that counts for each key: the one received last; a row whose expiry is its effective date removes
   the key. Ties of one instant are decided by the file's hash, so that a rebuild gives the same rows. #}
{% macro latest_delivered(relation, keys) -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ keys | join(', ') }} order by received_at_utc desc, source_file_sha256 desc
            ) as delivery_rank
        from {{ relation }}
    )
    where delivery_rank = 1 and (expiry_date is null or expiry_date > effective_date)
{%- endmacro %}
