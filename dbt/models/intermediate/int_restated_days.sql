{{ config(materialized='view') }}
select distinct usage_date from {{ source('run', 'restated_versions') }}
