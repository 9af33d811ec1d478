{{ config(materialized='view') }}
with freezings as (
    select * from {{ source('run', 'freezings') }}
),

accepted_days as (
    select usage_date from {{ ref('int_accepted_days') }} where is_finalizing
)

select
    freezings.usage_date,
    freezings.is_restored,
    freezings.directory,
    freezings.facts
from freezings
inner join accepted_days on freezings.usage_date = accepted_days.usage_date
