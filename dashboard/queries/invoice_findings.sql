-- One row per finding of how a carrier bills otherwise than its contract or card says.
select carrier_name, since_date, summary, lines_explained, amount, currency
from contract_findings
where verdict = 'found' and (len($carriers) = 0 or carrier_name in (select unnest($carriers)))
order by carrier_name, since_date, summary
