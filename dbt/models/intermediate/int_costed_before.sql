{#- Read before costed_legs replaces them (it depends on this model for that). The open day is left out: that it grows is
    no change of a figure that somebody quoted. -#}
{%- set columns = {'usage_date': 'date', 'leg_id': 'varchar'} -%}
{%- do columns.update(leg_figure_columns()) -%}
{%- for own in compared_leg_columns().values() %}{% do columns.update(own) %}{% endfor -%}
with run as (
    select open_day from {{ source('run', 'run') }}
),

accepted_days as (
    select usage_date from {{ ref('int_accepted_days') }}
)

select {{ columns.keys() | join(', ') }}
from {{ earlier_rows('costed_legs', columns, database='cpm') }}
where is_billable
    and usage_date in (select usage_date from accepted_days)
    and usage_date < (select open_day from run)
