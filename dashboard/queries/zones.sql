-- One row per time zone that is named by a place, as the engine that regroups the hours knows it.
select name
from pg_timezone_names()
where contains(name, '/') and not regexp_matches(name, '^(Etc|SystemV|posix|right)/')
order by name
