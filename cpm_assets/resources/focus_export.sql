-- FOCUS 1.2 (FinOps Open Cost and Usage Specification), dataset Cost and Usage: one row per UTC day × carrier × region ×
-- currency of cpm_daily that has a cost. Every mandatory column, in the specification's order, then our own (x_).
select
    total_cost as "BilledCost",
    stamp as "BillingAccountId",
    stamp as "BillingAccountName",
    currency as "BillingCurrency",
    date_trunc('month', usage_date) + interval 1 month as "BillingPeriodEnd",
    cast(date_trunc('month', usage_date) as timestamp) as "BillingPeriodStart",
    'Usage' as "ChargeCategory",
    cast(null as varchar) as "ChargeClass",
    'Calls carried by ' || coalesce(carrier_name, '(no carrier)') || ' to ' || destination_region as "ChargeDescription",
    'Usage-Based' as "ChargeFrequency",
    usage_date + interval 1 day as "ChargePeriodEnd",
    cast(usage_date as timestamp) as "ChargePeriodStart",
    raw_minutes as "ConsumedQuantity",
    'Minutes' as "ConsumedUnit",
    total_cost as "ContractedCost",
    total_cost as "EffectiveCost",
    carrier_name as "InvoiceIssuerName",
    total_cost as "ListCost",
    'Standard' as "PricingCategory",
    billed_minutes as "PricingQuantity",
    'Minutes' as "PricingUnit",
    carrier_name as "ProviderName",
    carrier_name as "PublisherName",
    'Networking' as "ServiceCategory",
    'Telephony' as "ServiceName",
    'Other (Networking)' as "ServiceSubcategory",
    destination_region as "x_DestinationRegion",
    is_final as "x_IsFinal",
    legs as "x_Legs",
    unrated_legs as "x_UnratedLegs"
from published.cpm_daily
cross join published.cpm_meta
where total_cost is not null and legs > 0
order by usage_date, carrier_name, destination_region, currency
