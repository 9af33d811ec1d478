{# A query: the rows of `relation` (invoice lines with their `carrier_name`) that count: a line delivered again replaces
   the one of the same carrier, invoice and line number before it, whichever of the carrier's folders it came into (D19).
   One place, because what is added up, placed, matched and learned from must be the same lines. #}
{% macro lines_as_last_delivered(relation) -%}
    select delivered.*
    from {{ relation }} as delivered
    left join (
        -- Of an invoice as it is now: other files of it may have been read before.
        select redelivered.*
        from {{ ref('int_redelivered_lines') }} as redelivered
        inner join {{ ref('int_invoices') }} as invoices
            on redelivered.carrier_name = invoices.carrier_name
            and redelivered.invoice_number = invoices.invoice_number
            and redelivered.files_key = invoices.files_key
    ) as newest
        on delivered.carrier_name = newest.carrier_name
        and delivered.invoice_number = newest.invoice_number
        and delivered.line_number = newest.line_number
    where newest.line_number is null
        or (
            delivered.carrier_folder = newest.carrier_folder
            and delivered.source_file_sha256 = newest.source_file_sha256
            and delivered.file_line = newest.file_line
        )
{%- endmacro %}
