-- One row per decision about a flag that a run has taken.
select decided_at_utc, decided_by, status, note, is_in_force
from review_decisions
where flag_id = $flag_id
order by decided_at_utc
